import { BAD_VALUE, type CaseGroup, expecting, holding } from '../case.js';
import { type Json, verdict } from '../target.js';
import { FACES, UNKNOWN_ID, type World } from '../world.js';

async function page({ target }: World, query: string): Promise<Json> {
  return (await target.send('GET', FACES + query)).json;
}

const pageCase = (query: string, number: number, size: number) =>
  expecting(`GET ${query || 'without parameters'}`, `page ${number} of size ${size}`, async (world) => {
    const { page_number: gotNumber, page_size: gotSize } = await page(world, query);
    return `page ${JSON.stringify(gotNumber)} of size ${JSON.stringify(gotSize)}`;
  });

export const examples: CaseGroup = {
  name: 'examples',
  cases: [
    holding('GET lists id and subject, with four numbers of the page', async (world) => {
      const { subject, id } = await world.ann();
      const got = JSON.stringify(await page(world, `?subject=${subject}`));
      const faces = [{ image_id: id, subject }];
      const expected = { faces, total_pages: 1, total_elements: 1, page_number: 0, page_size: 20 };
      const isSame = Object.entries(expected).every(([key, value]) =>
        got.includes(JSON.stringify({ [key]: value }).slice(1, -1)),
      );
      return isSame ? null : got;
    }),
    holding('the filter by subject minds the case', async (world) => {
      const { subject } = await world.ann();
      const totals = [await world.total(subject), await world.total(subject.toLowerCase())];
      return totals.join() === '1,0' ? null : `totals ${totals.join()}`;
    }),
    holding('the filter by an unknown subject is an empty page', async (world) =>
      (await world.total(world.newName())) === 0 ? null : 'examples',
    ),
    pageCase('', 0, 20),
    pageCase('?size=5000', 0, 2000),
    pageCase('?size=0', 0, 20),
    pageCase('?size=x', 0, 20),
    pageCase('?page=-1', 0, 20),
    pageCase('?page=1000000&size=7', 1000000, 7),
    holding('sort=id,asc pages through all of them without loss', async (world) => {
      const name = world.newName();
      const ids = [];
      for (const photo of [world.photos.ann, world.photos.bea, world.photos.cid])
        ids.push(await world.newExample(name, photo));
      const seen: unknown[] = [];
      for (const number of [0, 1, 2]) {
        const { faces } = await page(world, `?subject=${name}&sort=id,asc&size=1&page=${number}`);
        seen.push(...(faces as readonly Json[]).map((face) => face['image_id']));
      }
      return seen.join() === ids.sort().join() ? null : `${seen.length} in another order`;
    }),
    expecting('sort by an unknown property', '400/0', async ({ target }) =>
      verdict(await target.send('GET', `${FACES}?sort=colour`)),
    ),
    holding('DELETE of one answers id and subject, a second time 404/44, and leaves the subject', async (world) => {
      const name = world.newName();
      const id = await world.newExample(name, world.photos.ann);
      const first = await world.target.send('DELETE', `${FACES}/${id}`);
      const second = verdict(await world.target.send('DELETE', `${FACES}/${id}`));
      const isThere = (await world.subjects()).includes(name);
      const isRight = (first.json['image_id'] as unknown) === id && (first.json['subject'] as unknown) === name;
      return isRight && second === '404/44' && isThere ? null : `${verdict(first)}, ${second}, subject: ${isThere}`;
    }),
    expecting('DELETE of what is no UUID', BAD_VALUE, async ({ target }) =>
      verdict(await target.send('DELETE', `${FACES}/x`)),
    ),
    holding('POST delete answers the list of those removed and skips the unknown', async (world) => {
      const name = world.newName();
      const id = await world.newExample(name, world.photos.ann);
      const { json } = await world.target.sendJson('POST', `${FACES}/delete`, [id, UNKNOWN_ID]);
      const isRight = JSON.stringify(json) === JSON.stringify([{ image_id: id, subject: name }]);
      return isRight && (await world.total(name)) === 0 ? null : JSON.stringify(json);
    }),
    expecting('POST delete of what is no UUID', BAD_VALUE, async ({ target }) =>
      verdict(await target.sendJson('POST', `${FACES}/delete`, ['x'])),
    ),
  ],
};
