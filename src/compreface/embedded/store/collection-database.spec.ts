import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CollectionDatabase } from './collection-database.js';

const MANY = 2_500;

describe('a collection with many examples', () => {
  let folder: string;
  let database: CollectionDatabase;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'collection-database-'));
    database = CollectionDatabase.open(join(folder, 'collection.sqlite'));
    for (let i = 0; i < MANY; i++) database.insertExample(`ann-${i}`, 'Ann', 'model', new Float32Array(4));
    database.insertExample('bea-0', 'Bea', 'model', new Float32Array(4));
  });
  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets others in while a subject goes with its examples', async () => {
    const forgotten: string[] = [];
    const going = database.deleteSubject(database.findSubject('Ann')!.id, (ids) => forgotten.push(...ids));
    await setImmediate();
    expect(database.countExamples('Ann')).toBeGreaterThan(0);
    expect(database.countExamples('Ann')).toBeLessThan(MANY);
    expect(await going).toBe(MANY);
    expect(new Set(forgotten).size).toBe(MANY);
    expect(database.subjectNames()).toEqual(['Bea']);
    expect(database.countExamples(null)).toBe(1);
  });

  it('takes along what is added to a subject while it goes', async () => {
    const forgotten: string[] = [];
    const going = database.deleteSubject(database.findSubject('Ann')!.id, (ids) => forgotten.push(...ids));
    database.insertExample('late', 'Ann', 'model', new Float32Array(4));
    await going;
    expect(forgotten).toContain('late');
    expect(database.subjectNames()).toEqual(['Bea']);
  });

  it('is empty after all was removed', async () => {
    const forgotten: string[] = [];
    expect(await database.deleteAll((ids) => forgotten.push(...ids))).toBe(2);
    expect(forgotten).toHaveLength(MANY + 1);
    expect([database.subjectNames(), database.countExamples(null)]).toEqual([[], 0]);
  });

  it('tells when what was added is on the disk, also after the log was emptied', async () => {
    await expect(database.synced()).resolves.toBeUndefined();
    database.deleteExamples(['ann-0']);
    database.insertExample('later', 'Ann', 'model', new Float32Array(4));
    await expect(database.synced()).resolves.toBeUndefined();
  });
});
