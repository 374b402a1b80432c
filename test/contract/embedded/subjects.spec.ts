import { photoOf } from './scripted-analyser.js';
import { RunningServer, verdict } from './running-server.js';

const SUBJECTS = '/recognition/subjects';

describe('subjects of the embedded engine', () => {
  let server: RunningServer;
  beforeEach(async () => {
    server = await RunningServer.start();
  });
  afterEach(() => server.remove());

  const create = (subject: unknown) => server.sendJson('POST', SUBJECTS, { subject });
  const rename = (from: string, to: string) =>
    server.sendJson('PUT', `${SUBJECTS}/${encodeURIComponent(from)}`, { subject: to });
  const total = async (subject: string) =>
    (await server.send('GET', `/recognition/faces?subject=${subject}`)).json['total_elements'];

  it('creates a subject once, in whatever case', async () => {
    expect(await create('Ann')).toMatchObject({ status: 201, json: { subject: 'Ann' } });
    expect(verdict(await create('ANN'))).toEqual([400, 43]);
  });

  it.each([
    ['', 26],
    [' ', 26],
    [undefined, 26],
    ['x'.repeat(51), 26],
    ['a/b', 36],
    ['a;b', 36],
    ['a\\b', 36],
    ['.', 26],
    ['..', 26],
  ])('refuses to create or to rename to %p with code %i', async (name, code) => {
    await create('Ann');
    expect(verdict(await create(name))).toEqual([400, code]);
    expect(verdict(await server.sendJson('PUT', `${SUBJECTS}/Ann`, { subject: name }))).toEqual([400, code]);
  });

  it('takes names of any script', async () => {
    expect((await create('Ж 名前 é')).status).toBe(201);
    expect((await rename('Ж 名前 é', '100 %')).json).toEqual({ updated: true });
    expect(await server.subjects()).toEqual(['100 %']);
  });

  it('renames in place when only the case changes', async () => {
    await create('Ann');
    expect((await rename('Ann', 'ANN')).json).toEqual({ updated: true });
    expect(await server.subjects()).toEqual(['ANN']);
  });

  it('updates nothing for the same name, whether anybody has it or not', async () => {
    expect((await rename('Ann', 'Ann')).json).toEqual({ updated: false });
  });

  it('does not rename or delete whom it does not know', async () => {
    expect(verdict(await rename('Zed', 'Ann'))).toEqual([404, 42]);
    expect(verdict(await server.send('DELETE', `${SUBJECTS}/Zed`))).toEqual([404, 42]);
  });

  it('merges when the new name is taken, and recognises under it', async () => {
    await server.upload('Bea', photoOf('bea'));
    await server.upload('Cid', photoOf('cid'));
    expect((await rename('Bea', 'CID')).json).toEqual({ updated: true });
    expect(await server.subjects()).toEqual(['Cid']);
    expect(await total('Cid')).toBe(2);
    const reply = await server.sendForm('/recognition/recognize', { file: photoOf('bea') });
    expect(reply.json).toMatchObject({ result: [{ subjects: [{ subject: 'Cid' }] }] });
  });

  it('deletes with the stored spelling, and no longer recognises the deleted', async () => {
    await server.upload('Bob', photoOf('bob'));
    await server.sendForm('/recognition/recognize', { file: photoOf('bob') });
    expect((await server.send('DELETE', `${SUBJECTS}/BOB`)).json).toEqual({ subject: 'Bob' });
    const reply = await server.sendForm('/recognition/recognize', { file: photoOf('bob') });
    expect(reply.json).toMatchObject({ result: [{ subjects: [] }] });
  });

  it('deletes all subjects with all examples', async () => {
    await create('Ann');
    const id = await server.upload('Bob', photoOf('bob'));
    expect((await server.send('DELETE', SUBJECTS)).json).toEqual({ deleted: 2 });
    expect(await server.subjects()).toEqual([]);
    expect(await server.send('GET', `/recognition/faces/${id}/img`)).toMatchObject({ status: 200, text: '' });
  });

  it.each([`${SUBJECTS}/`, `${SUBJECTS}/.`, `${SUBJECTS}/%2e`, `${SUBJECTS}/%20`])(
    'wipes nothing for the blank name of DELETE %s',
    async (path) => {
      await create('Ann');
      expect(verdict(await server.send('DELETE', path))).toEqual([400, 26]);
      expect(await server.subjects()).toEqual(['Ann']);
    },
  );
});
