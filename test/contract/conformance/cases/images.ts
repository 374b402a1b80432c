import { BAD_VALUE, type CaseGroup, expecting, holding } from '../case.js';
import { type Reply, verdict } from '../target.js';
import { FACES, UNKNOWN_ID } from '../world.js';

const NOTHING = '200 with 0 bytes';
const length = ({ status, bytes }: Reply): string => `${status} with ${bytes.length} bytes`;

export const images: CaseGroup = {
  name: 'images',
  cases: [
    holding('GET img answers the bytes that were sent', async (world) => {
      const { id } = await world.ann();
      const reply = await world.target.send('GET', `${FACES}/${id}/img`);
      return reply.bytes.equals(world.photos.ann.bytes) ? null : length(reply);
    }),
    holding('GET static images answers them without a key header', async (world) => {
      const { id } = await world.ann();
      const { target, photos } = world;
      const reply = await target.sendWithoutKey('GET', `/static/${target.keys.recognition}/images/${id}`);
      return reply.bytes.equals(photos.ann.bytes) ? null : length(reply);
    }),
    expecting('GET img of an unknown id', NOTHING, async ({ target }) =>
      length(await target.send('GET', `${FACES}/${UNKNOWN_ID}/img`)),
    ),
    expecting('GET img of a deleted example', NOTHING, async (world) => {
      const id = await world.newExample(world.newName(), world.photos.bea);
      await world.target.send('DELETE', `${FACES}/${id}`);
      return length(await world.target.send('GET', `${FACES}/${id}/img`));
    }),
    expecting('GET img for a client that accepts JSON only', '406/-', async (world) => {
      const { id } = await world.ann();
      return verdict(await world.target.send('GET', `${FACES}/${id}/img`, { headers: { accept: 'application/json' } }));
    }),
    expecting('GET img of what is no UUID', BAD_VALUE, async ({ target }) =>
      verdict(await target.send('GET', `${FACES}/x/img`)),
    ),
  ],
};
