import { type CaseGroup, BAD_VALUE, expecting, holding } from '../case.js';
import { type Reply, verdict } from '../target.js';
import { FACES, SUBJECTS, type World } from '../world.js';

const create = ({ target }: World, body: unknown): Promise<Reply> => target.sendJson('POST', SUBJECTS, body);

const rename = ({ target }: World, from: string, to: unknown): Promise<Reply> =>
  target.sendJson('PUT', `${SUBJECTS}/${encodeURIComponent(from)}`, { subject: to });

const updated = async (sent: Promise<Reply>): Promise<string> => {
  const reply = await sent;
  return `${reply.status} updated ${JSON.stringify(reply.json['updated'])}`;
};

const remove = ({ target }: World, name: string): Promise<Reply> =>
  target.send('DELETE', `${SUBJECTS}/${encodeURIComponent(name)}`);

/** Refusals of a name, the same for creating and renaming. */
const REFUSED: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['an empty name', '', ['400/26', '400/36']],
  ['a blank name', ' ', ['400/26']],
  ['no name', undefined, ['400/26']],
  ['51 characters', 'x'.repeat(51), ['400/26']],
  ['a slash', 'a/b', ['400/36']],
  ['a semicolon', 'a;b', ['400/36']],
  ['a backslash', 'a\\b', ['400/36']],
];

export const subjects: CaseGroup = {
  name: 'subjects',
  cases: [
    holding('POST answers 201 with the name, and GET lists it', async (world) => {
      const subject = world.newName();
      const reply = await create(world, { subject });
      const isListed = (await world.subjects()).includes(subject);
      const isRight = reply.status === 201 && (reply.json['subject'] as unknown) === subject;
      return isRight && isListed ? null : `${verdict(reply)}, listed: ${isListed}`;
    }),
    expecting('POST of the same name in capitals', '400/43', async (world) => {
      const subject = await world.newSubject();
      return verdict(await create(world, { subject: subject.toUpperCase() }));
    }),
    expecting('POST with a slash at the end of the path', '201/-', async (world) =>
      verdict(await world.target.sendJson('POST', `${SUBJECTS}/`, { subject: world.newName() })),
    ),
    ...REFUSED.map(([what, subject, expected]) =>
      expecting(`POST of ${what}`, expected, async (world) => verdict(await create(world, { subject }))),
    ),
    ...REFUSED.map(([what, subject, expected]) =>
      expecting(`PUT to ${what}`, expected, async (world) =>
        verdict(await rename(world, await world.newSubject(), subject)),
      ),
    ),
    expecting('POST of malformed JSON', BAD_VALUE, async ({ target }) =>
      verdict(await target.sendText('POST', SUBJECTS, '{"subject":')),
    ),
    expecting('POST of plain text', '415/-', async ({ target }) =>
      verdict(await target.sendText('POST', SUBJECTS, 'x', 'text/plain')),
    ),
    holding('names of other scripts, with a space and a per cent sign, come back as they were', async (world) => {
      const subject = await world.newSubject('Ж 名 é 100%');
      return (await world.subjects()).includes(subject) ? null : 'another spelling';
    }),
    holding('PUT to a new name renames', async (world) => {
      const [from, to] = [await world.newSubject(), world.newName()];
      const got = await updated(rename(world, from, to));
      const names = await world.subjects();
      const isRenamed = names.includes(to) && !names.includes(from);
      return got === '200 updated true' && isRenamed ? null : `${got}, renamed: ${isRenamed}`;
    }),
    expecting('PUT to the same name', '200 updated false', async (world) => {
      const name = await world.newSubject();
      return updated(rename(world, name, name));
    }),
    expecting('PUT to the same name in capitals', '200 updated true', async (world) => {
      const name = await world.newSubject();
      return updated(rename(world, name, name.toUpperCase()));
    }),
    expecting('PUT of an unknown subject', '404/42', async (world) =>
      verdict(await rename(world, world.newName(), world.newName())),
    ),
    holding('PUT to the name of another subject merges the two', async (world) => {
      const [from, to] = [world.newName(), world.newName()];
      await world.newExample(from, world.photos.bea);
      await world.newExample(to, world.photos.cid);
      const got = await updated(rename(world, from, to));
      const [total, names] = [await world.total(to), await world.subjects()];
      const isMerged = total === 2 && !names.includes(from);
      return got === '200 updated true' && isMerged ? null : `${got}, ${total} examples`;
    }),
    expecting('DELETE of an unknown subject', '404/42', async (world) => verdict(await remove(world, world.newName()))),
    holding('DELETE in capitals answers the stored spelling and removes subject and examples', async (world) => {
      const name = world.newName();
      await world.newExample(name, world.photos.bea);
      const reply = await remove(world, name.toUpperCase());
      const [total, names] = [await world.total(name), await world.subjects()];
      const isRight = (reply.json['subject'] as unknown) === name && total === 0 && !names.includes(name);
      return isRight ? null : `${verdict(reply)}, ${total} examples left`;
    }),
    expecting('DELETE faces of an unknown subject', '200 deleted 0', async (world) => {
      const { status, json } = await world.target.send('DELETE', `${FACES}?subject=${world.newName()}`);
      return `${status} deleted ${JSON.stringify(json['deleted'])}`;
    }),
    holding('DELETE faces of a subject, in capitals, counts them and removes the subject', async (world) => {
      const name = world.newName();
      await world.newExample(name, world.photos.bea);
      await world.newExample(name, world.photos.cid);
      const { json } = await world.target.send('DELETE', `${FACES}?subject=${name.toUpperCase()}`);
      const isGone = !(await world.subjects()).includes(name);
      return (json['deleted'] as unknown) === 2 && isGone ? null : `deleted ${JSON.stringify(json)}, gone: ${isGone}`;
    }),
  ],
};
