import { type CaseGroup, expecting, holding, type Need } from '../case.js';
import { matches } from '../reading.js';
import { verdict } from '../target.js';
import { FACES, SUBJECTS } from '../world.js';

/** The program looks that nothing is stored right before each of these. */
const NEED: Need = 'an empty collection and --destructive';

/** CompreFace takes what URL parsers make of such a name for all subjects; a server that refuses it is the better one. */
const WIPES_OR_REFUSES = ['200 deleted 0', '400/26'];

export const destructive: CaseGroup = {
  name: 'empty collection',
  cases: [
    holding(
      'GET subjects is an empty list, and recognize finds nobody',
      async (world) => {
        const [face] = await world.recognized(world.photos.ann);
        const got = [JSON.stringify(await world.subjects()), JSON.stringify(face?.['subjects'])].join();
        return got === '[],[]' ? null : got;
      },
      NEED,
    ),
    expecting(
      'DELETE faces without a subject is refused',
      '400/26',
      async ({ target }) => verdict(await target.send('DELETE', FACES)),
      NEED,
    ),
    expecting(
      'DELETE faces of a blank subject is refused',
      '400/26',
      async ({ target }) => verdict(await target.send('DELETE', `${FACES}?subject=`)),
      NEED,
    ),
    ...['/', '/.', '/%2e', '/%20'].map((path) =>
      expecting(
        `DELETE subjects${path}`,
        WIPES_OR_REFUSES,
        async ({ target }) => {
          const reply = await target.send('DELETE', SUBJECTS + path);
          return reply.status === 200 ? `200 deleted ${JSON.stringify(reply.json['deleted'])}` : verdict(reply);
        },
        NEED,
      ),
    ),
    holding(
      'DELETE subjects counts the subjects and leaves nothing',
      async (world) => {
        await world.newSubject();
        await world.newExample(world.newName(), world.photos.ann);
        const { json } = await world.target.send('DELETE', SUBJECTS);
        const [face] = await world.recognized(world.photos.ann);
        const got = [JSON.stringify(json), await world.isEmpty(), JSON.stringify(face?.['subjects'])].join();
        return got === '{"deleted":2},true,[]' ? null : got;
      },
      NEED,
    ),
    expecting(
      'a subject deleted in capitals after a recognition: is it found again?',
      ['found until the next restart', 'not found'],
      async (world) => {
        const name = world.newName();
        await world.newExample(name, world.photos.ann);
        await world.recognized(world.photos.ann);
        await world.target.send('DELETE', `${SUBJECTS}/${name.toUpperCase()}`);
        const [face] = await world.recognized(world.photos.ann);
        return matches(face).some(({ subject }) => subject === name) ? 'found until the next restart' : 'not found';
      },
      NEED,
    ),
  ],
};
