import { BAD_VALUE, type Case, type CaseGroup, expecting, holding } from '../case.js';
import { isDescending, matches, numberAt } from '../reading.js';
import { type FilePart, type Json, verdict } from '../target.js';
import { UNKNOWN_ID, type World } from '../world.js';

const RECOGNIZE = '/recognition/embeddings/recognize';
const verifyPath = (id: string): string => `/recognition/embeddings/faces/${id}/verify`;
const VERIFY = '/verification/embeddings/verify';

/** The embedding of a photo's only face. */
async function embedding(world: World, photo: FilePart): Promise<number[]> {
  const [face] = await world.recognized(photo, '?face_plugins=calculator');
  return [...(face?.['embedding'] as unknown as readonly number[])];
}

const refused = (title: string, path: string, body: unknown, expected: string | readonly string[]): Case =>
  expecting(title, expected, async ({ target }) => verdict(await target.sendJson('POST', path, body)));

const similarities = (json: Json): number[] =>
  (json['result'] as readonly Json[]).map((item) => numberAt(item['similarity']));

export const embeddings: CaseGroup = {
  name: 'embeddings',
  cases: [
    holding('recognize keeps the order of the embeddings and finds the known', async (world) => {
      const { subject } = await world.ann();
      const [bea, ann] = [await embedding(world, world.photos.bea), await embedding(world, world.photos.ann)];
      const path = `${RECOGNIZE}?prediction_count=500`;
      const { json } = await world.target.sendJson('POST', path, { embeddings: [bea, ann] });
      const found = matches(json['result']?.[1], 'similarities').find((match) => match.subject === subject);
      const isInOrder = numberAt(json['result']?.[0]?.['embedding']?.[0]) === bea[0];
      return isInOrder && found && found.similarity > 0.99 ? null : `in order: ${isInOrder}, ${JSON.stringify(found)}`;
    }),
    holding('verify by id answers the most similar first', async (world) => {
      const { id } = await world.ann();
      const [bea, ann] = [await embedding(world, world.photos.bea), await embedding(world, world.photos.ann)];
      const { json } = await world.target.sendJson('POST', verifyPath(id), { embeddings: [bea, ann] });
      const got = similarities(json);
      return got.length === 2 && got[0]! > 0.99 && isDescending(got) ? null : got.join();
    }),
    refused('recognize without embeddings', RECOGNIZE, {}, '400/5'),
    refused('recognize of an empty list', RECOGNIZE, { embeddings: [] }, '400/5'),
    refused('recognize of what is no number', RECOGNIZE, { embeddings: [['x']] }, BAD_VALUE),
    refused('recognize with prediction_count=0', `${RECOGNIZE}?prediction_count=0`, { embeddings: [[1]] }, '400/26'),
    expecting('recognize of an embedding of another length', '400/0', async (world) => {
      await world.ann();
      return verdict(await world.target.sendJson('POST', RECOGNIZE, { embeddings: [[1, 2]] }));
    }),
    refused('verify by an unknown id', verifyPath(UNKNOWN_ID), { embeddings: [[1, 2]] }, '404/44'),
    refused('verify by what is no UUID', verifyPath('x'), { embeddings: [[1, 2]] }, BAD_VALUE),
    holding(
      'verification compares two, the most similar first',
      async (world) => {
        const { ann, annAgain, bea } = world.photos;
        const [source, same, other] = [await embedding(world, ann), await embedding(world, annAgain), await embedding(world, bea)]; // prettier-ignore
        const { json } = await world.target.sendJson('POST', VERIFY, { source, targets: [other, same, source] });
        const got = similarities(json);
        return got[0]! > 0.99 && got[1]! > 0.5 && got[2]! < 0.5 && isDescending(got) ? null : got.join();
      },
      'verification key',
    ),
    ...[{ targets: [[1]] }, { source: [1] }, { source: [], targets: [[1]] }, { source: [1], targets: [] }].map(
      (body) => ({
        ...refused(`verification of ${JSON.stringify(body)}`, VERIFY, body, '400/5'),
        needs: 'verification key' as const,
      }),
    ),
  ],
};
