import { embeddingOf, photoOf } from './scripted-analyser.js';
import { RunningServer, verdict } from './running-server.js';

describe('faces of the embedded engine', () => {
  let server: RunningServer;
  beforeEach(async () => {
    server = await RunningServer.start();
  });
  afterEach(() => server.remove());

  const FACES = '/recognition/faces';
  const page = async (query = ''): Promise<Record<string, unknown>> => (await server.send('GET', FACES + query)).json;

  it('stores an example and gives the very bytes back', async () => {
    const photo = photoOf('ann');
    const id = await server.upload('Ann', photo);
    const image = await server.send('GET', `${FACES}/${id}/img`);
    expect(image.text).toBe(photo.toString());
    expect(image.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('takes the subject from the form as well as from the query', async () => {
    const reply = await server.sendForm(FACES, { file: photoOf('ann'), subject: 'Ann' });
    expect(reply.status).toBe(201);
    expect(await server.subjects()).toEqual(['Ann']);
  });

  it('echoes the name as sent and stores under the first spelling', async () => {
    await server.upload('Ann', photoOf('ann'));
    const again = await server.sendForm(`${FACES}?subject=aNN`, { file: photoOf('ann') });
    expect(again.json['subject']).toBe('aNN');
    expect(await server.subjects()).toEqual(['Ann']);
  });

  it('gives the same bytes two ids', async () => {
    expect(await server.upload('Ann', photoOf('ann'))).not.toBe(await server.upload('Ann', photoOf('ann')));
    expect(await page()).toMatchObject({ total_elements: 2 });
  });

  it('filters the list by the exact spelling', async () => {
    await server.upload('Ann', photoOf('ann'));
    expect(await page('?subject=Ann')).toMatchObject({ total_elements: 1 });
    expect(await page('?subject=ann')).toMatchObject({ total_elements: 0, faces: [] });
  });

  it.each([
    ['', 0, 20],
    ['?size=5000', 0, 2000],
    ['?size=0', 0, 20],
    ['?size=x&page=-1', 0, 20],
    ['?page=3&size=7', 3, 7],
  ])('reads the page %p as page %i of size %i', async (query, number, size) => {
    expect(await page(query)).toMatchObject({ page_number: number, page_size: size, total_pages: 0 });
  });

  it('pages through a sorted list without loss', async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await server.upload('Ann', photoOf(`ann${i}`)));
    const seen: { image_id: string }[] = [];
    for (const number of [0, 1, 2]) {
      const { faces } = await page(`?page=${number}&size=2&sort=id,desc`);
      seen.push(...(faces as typeof seen));
    }
    expect(seen.map(({ image_id: id }) => id)).toEqual(ids.sort().reverse());
  });

  it.each([
    ['subject.subjectName,desc', ['Cid', 'Bea', 'Ann']],
    ['calculator,subject.subjectName,asc', ['Ann', 'Bea', 'Cid']],
    ['calculator', ['Bea', 'Cid', 'Ann']],
  ])('sorts by %s, and by age where that says nothing', async (sort, expected) => {
    for (const name of ['Bea', 'Cid', 'Ann']) await server.upload(name, photoOf(name));
    const { faces } = await page(`?sort=${sort}`);
    expect((faces as { subject: string }[]).map(({ subject }) => subject)).toEqual(expected);
  });

  it('refuses to sort by what it does not know', async () => {
    expect(verdict(await server.send('GET', `${FACES}?sort=colour`))).toEqual([400, 0]);
  });

  it('keeps the subject when its last example is deleted by id', async () => {
    const id = await server.upload('Ann', photoOf('ann'));
    expect((await server.send('DELETE', `${FACES}/${id}`)).json).toEqual({ image_id: id, subject: 'Ann' });
    expect(verdict(await server.send('DELETE', `${FACES}/${id}`))).toEqual([404, 44]);
    expect(await server.subjects()).toEqual(['Ann']);
  });

  it('removes subject and examples when deleting by name, in whatever case', async () => {
    const id = await server.upload('Ann', photoOf('ann'));
    await server.upload('Ann', photoOf('ann'));
    expect((await server.send('DELETE', `${FACES}?subject=ANN`)).json).toEqual({ deleted: 2 });
    expect(await server.subjects()).toEqual([]);
    expect(await server.send('GET', `${FACES}/${id}/img`)).toMatchObject({ status: 200, text: '' });
  });

  it('counts nothing deleted for a name that nobody has', async () => {
    expect((await server.send('DELETE', `${FACES}?subject=Zed`)).json).toEqual({ deleted: 0 });
  });

  it('deletes many and skips the unknown', async () => {
    const id = await server.upload('Ann', photoOf('ann'));
    const reply = await server.sendJson('POST', `${FACES}/delete`, [id, '11111111-1111-4111-8111-111111111111', id]);
    expect(reply.json).toEqual([{ image_id: id, subject: 'Ann' }]);
  });

  it('takes eight first uploads for one new subject at once', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, (_, i) => server.upload('Ann', photoOf(`ann${i}`))));
    expect(new Set(ids).size).toBe(8);
    expect(await server.subjects()).toEqual(['Ann']);
  });

  it('recognises whom it has been shown, once per example', async () => {
    await server.upload('Ann', photoOf('ann'));
    await server.upload('Ann', photoOf('ann'));
    await server.upload('Bea', photoOf('bea'));
    const reply = await server.sendForm('/recognition/recognize?prediction_count=2', { file: photoOf('ann') });
    expect(reply.json).toEqual({
      result: [
        {
          box: { probability: 0.98765, x_min: 0, y_min: 21, x_max: 90, y_max: 120 },
          subjects: [
            { subject: 'Ann', similarity: 0.99999 },
            { subject: 'Ann', similarity: 0.99999 },
          ],
        },
      ],
    });
  });

  it('answers the embedding only with the calculator plugin, and versions and times only with status', async () => {
    const reply = await server.sendForm('/recognition/recognize?face_plugins=calculator,mask&status=true', {
      file: photoOf('ann'),
    });
    const [face] = reply.json['result'] as [Record<string, unknown>];
    expect(face['embedding']).toEqual(Array.from(embeddingOf('ann')));
    expect(face['subjects']).toEqual([]);
    expect(Object.keys(face['execution_time'] as object)).toEqual(['detector', 'calculator']);
    expect(Object.keys(reply.json['plugins_versions'] as object)).toEqual(['detector', 'calculator']);
  });
});
