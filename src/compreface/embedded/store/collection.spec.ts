import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Collection } from './collection.js';

const alive = new AbortController().signal;
const direction = (angle: number): Float32Array =>
  Float32Array.from({ length: 128 }, (_, i) => (i === 0 ? Math.cos(angle) : i === 1 ? Math.sin(angle) : 0) * 1.4);

describe('the collection', () => {
  let folder: string;
  const opened: Collection[] = [];
  const open = (path = folder, model = 'model-1'): Collection => {
    const collection = Collection.open(path, model);
    opened.push(collection);
    return collection;
  };
  const add = (collection: Collection, subject: string, angle = 0, photo = Buffer.from('photo')) =>
    collection.addExample({ subject, embedding: direction(angle), photo }, alive);
  const files = (path = folder): string[] =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'collection-'));
  });
  afterEach(() => {
    for (const collection of opened.splice(0)) collection.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the same after it was closed and opened again', async () => {
    const before = open();
    const id = await add(before, 'Ann', 0.2);
    before.createSubject('Bea');
    before.close();
    const after = open();
    expect(after.subjects()).toEqual(['Ann', 'Bea']);
    expect(await after.photo(id)).toEqual(Buffer.from('photo'));
    expect(await after.nearest(direction(0.2), 9)).toEqual([{ subject: 'Ann', similarity: 0.99999 }]);
  });

  it('is whole in the files as a killed process leaves them', async () => {
    const running = open();
    const id = await add(running, 'Ann');
    const left = join(folder, 'left');
    for (const file of files()) cpSync(file, join(left, file.slice(folder.length)));
    const after = open(left);
    expect(after.findExample(id)).toEqual({ id, subject: 'Ann' });
    expect(await after.photo(id)).toEqual(Buffer.from('photo'));
  });

  it('refuses a second opener, and lets it in when the first has closed', () => {
    const first = open();
    expect(() => Collection.open(folder, 'model-1')).toThrow(/Another process is using this data folder/);
    first.close();
    expect(open().subjects()).toEqual([]);
  });

  it('keeps its files to their owner', async () => {
    await add(open(), 'Ann');
    for (const file of files()) expect([file, (statSync(file).mode & 0o077).toString(8)]).toEqual([file, '0']);
  });

  it('leaves no byte of a deleted example, neither photo nor embedding', async () => {
    const collection = open();
    const kept = await add(collection, 'Bea', 1);
    const id = await add(collection, 'Ann', 0.5, Buffer.from('gone for good'));
    const embedding = Buffer.from(
      Float32Array.from(direction(0.5), (value) => value / Math.hypot(...direction(0.5))).buffer,
    );
    const holders = (bytes: Buffer): string[] => files().filter((file) => readFileSync(file).includes(bytes));
    expect(holders(embedding.subarray(0, 8))).not.toEqual([]);
    await collection.deleteExamples([id]);
    expect(holders(embedding.subarray(0, 8))).toEqual([]);
    expect(holders(Buffer.from('gone for good'))).toEqual([]);
    expect(await collection.photo(kept)).not.toBeNull();
  });

  it.each<[string, (collection: Collection) => Promise<unknown>]>([
    ['by its subject', (collection) => collection.deleteSubject('ann')],
    ['with everything', (collection) => collection.deleteAll()],
  ])('removes the photo of an example deleted %s', async (_, remove) => {
    const collection = open();
    await add(collection, 'Ann');
    await remove(collection);
    expect(files().filter((file) => file.includes('photos'))).toEqual([]);
    expect(await collection.nearest(direction(0), 1)).toEqual([]);
  });

  it('stores neither photo nor subject once the signal is aborted', async () => {
    const collection = open();
    const example = { subject: 'Ann', embedding: direction(0), photo: Buffer.from('photo') };
    await expect(collection.addExample(example, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(collection.subjects()).toEqual([]);
    expect(files().filter((file) => file.includes('photos'))).toEqual([]);
  });

  it('sweeps away the photos that no example owns, and no other', async () => {
    const collection = open();
    const id = await add(collection, 'Ann');
    const orphan = join(folder, 'photos', id.slice(0, 2), `${id.slice(0, 2)}000000-0000-4000-8000-000000000000`);
    writeFileSync(orphan, 'left by a process that died before its row was written');
    expect(await collection.sweepPhotos()).toBe(1);
    expect(await collection.photo(id)).not.toBeNull();
    expect(files()).not.toContain(orphan);
  });

  it('never compares embeddings of another model, and says that it has them', async () => {
    const before = open();
    const id = await add(before, 'Ann');
    expect(before.hasOtherModels()).toBe(false);
    before.close();
    const after = open(folder, 'model-2');
    expect(after.hasOtherModels()).toBe(true);
    expect(await after.nearest(direction(0), 1)).toEqual([]);
    expect(after.similarityTo(id, direction(0))).toBeNull();
    expect(after.listExamples({ subject: null, offset: 0, limit: 9, order: [] }).total).toBe(1);
  });

  it('ranks by similarity, nearest first', async () => {
    const collection = open();
    for (const [name, angle] of [['far', 0.6], ['near', 0.1], ['middle', 0.4]] as const) await add(collection, name, angle); // prettier-ignore
    const matches = await collection.nearest(direction(0), 3);
    expect(matches?.map(({ subject }) => subject)).toEqual(['near', 'middle', 'far']);
  });

  it('cannot search with an embedding of another length or without direction', async () => {
    const collection = open();
    expect(await collection.nearest([1, 2], 1)).toBeNull();
    expect(await collection.nearest(new Float32Array(128), 1)).toBeNull();
  });
});
