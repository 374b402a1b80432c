import { BAD_VALUE, type CaseGroup, expecting, holding } from '../case.js';
import { base64, named } from '../photos.js';
import { corners, hasFiveDecimals, isDescending, matches, numberAt } from '../reading.js';
import { type FilePart, verdict } from '../target.js';
import { FACES, RECOGNIZE, UNKNOWN_ID, type World } from '../world.js';

/** As many as a collection of tests can hold: other examples may stand before ours. */
const MANY = '?prediction_count=500';

const ask = async ({ target, photos }: World, query: string): Promise<string> =>
  verdict(await target.sendForm(RECOGNIZE + query, { file: photos.ann }));

const sendBase64 = async ({ target }: World, file: unknown, query = ''): Promise<string> =>
  verdict(await target.sendJson('POST', RECOGNIZE + query, { file }));

const refusedPhoto = (title: string, expected: string, pick: (world: World) => FilePart) =>
  expecting(title, expected, async (world) => verdict(await world.target.sendForm(RECOGNIZE, { file: pick(world) })));

/** Similarity of a photo's only face to Ann's example, through the collection. */
async function verified(world: World, photo: FilePart, query = ''): Promise<number> {
  const { id } = await world.ann();
  const { json } = await world.target.sendForm(`${FACES}/${id}/verify${query}`, { file: photo });
  return numberAt(json['result']?.[0]?.['similarity']);
}

const parameterCases = [
  ['limit=-1', ['400/26']],
  ['limit=abc', BAD_VALUE],
  ['limit=1.5', BAD_VALUE],
  ['prediction_count=0', ['400/26']],
  ['prediction_count=-1', ['400/26']],
  ['det_prob_threshold=abc', BAD_VALUE],
  ['det_prob_threshold=1.5', ['400/28']],
  ['det_prob_threshold=-0.5', ['400/28']],
  ['status=maybe', BAD_VALUE],
  ['face_plugins=nothing-known', ['200/-']],
] as const;

export const recognition: CaseGroup = {
  name: 'recognition',
  cases: [
    holding('a known face is found among the nearest, with similarity above 0.99', async (world) => {
      const { subject } = await world.ann();
      const [face] = await world.recognized(world.photos.ann, MANY);
      const ours = matches(face).find((match) => match.subject === subject);
      return ours && ours.similarity > 0.99 ? null : JSON.stringify(ours ?? 'absent');
    }),
    holding('matches are one per example, the most similar first, as many as asked for', async (world) => {
      const { subject } = await world.ann();
      await world.newExample(subject, world.photos.annAgain);
      const [all] = await world.recognized(world.photos.ann, MANY);
      const [two] = await world.recognized(world.photos.ann, '?prediction_count=2');
      const ours = matches(all).filter((match) => match.subject === subject);
      const similarities = matches(all).map(({ similarity }) => similarity);
      const got = `${ours.length} of ours, ${matches(two).length} of two, in order: ${isDescending(similarities)}`;
      return got === '2 of ours, 2 of two, in order: true' ? null : got;
    }),
    holding('similarity and probability have five decimals, the box whole pixels', async (world) => {
      await world.ann();
      const [face] = await world.recognized(world.photos.ann);
      const decimals = [numberAt(face?.['box']?.['probability']), ...matches(face).map(({ similarity }) => similarity)];
      return decimals.every(hasFiveDecimals) && corners(face).every(Number.isInteger) ? null : JSON.stringify(face);
    }),
    holding('two faces are two results, the biggest first', async (world) => {
      const faces = await world.recognized(world.photos.twoFaces);
      const areas = faces
        .map(corners)
        .map(([left = 0, top = 0, right = 0, bottom = 0]) => (right - left) * (bottom - top));
      return areas.length === 2 && isDescending(areas) ? null : `areas ${areas.join()}`;
    }),
    holding('limit=1 answers the first of them', async (world) => {
      const faces = await world.recognized(world.photos.twoFaces, '?limit=1');
      return faces.length === 1 ? null : `${faces.length} faces`;
    }),
    holding('without plugins there is neither embedding nor landmarks nor time nor version', async (world) => {
      const { json } = await world.target.sendForm(RECOGNIZE, { file: world.photos.ann });
      const fields = Object.keys(json['result']?.[0] ?? {}).sort();
      const got = [...fields, ...Object.keys(json)].join();
      return got === 'box,subjects,result' ? null : got;
    }),
    holding('calculator and landmarks answer an embedding and five points', async (world) => {
      const [face] = await world.recognized(world.photos.ann, '?face_plugins=calculator,landmarks');
      const sizes = [face?.['embedding']?.length ?? 0, face?.['landmarks']?.length ?? 0];
      return sizes[0]! >= 128 && sizes[1] === 5 ? null : sizes.join();
    }),
    holding('status=true answers times and versions of detector and calculator', async (world) => {
      const { json } = await world.target.sendForm(`${RECOGNIZE}?status=true`, { file: world.photos.ann });
      const [times, versions] = [json['result']?.[0]?.['execution_time'], json['plugins_versions']];
      const isRight = ['detector', 'calculator'].every(
        (plugin) => typeof times?.[plugin] === 'number' && typeof versions?.[plugin] === 'string',
      );
      return isRight ? null : JSON.stringify({ times, versions });
    }),
    holding('parameters may be fields of the form', async (world) => {
      const parts = { file: world.photos.twoFaces, limit: '1', face_plugins: 'calculator' };
      const { json } = await world.target.sendForm(RECOGNIZE, parts);
      const got = `${json['result']?.length ?? 0} faces, embedding: ${json['result']?.[0]?.['embedding'] !== undefined}`;
      return got === '1 faces, embedding: true' ? null : got;
    }),
    expecting('a slash at the end of the path', '200/-', async ({ target, photos }) =>
      verdict(await target.sendForm(`${RECOGNIZE}/`, { file: photos.ann })),
    ),
    expecting('an extension in capitals', '200/-', async ({ target, photos }) =>
      verdict(await target.sendForm(RECOGNIZE, { file: named(photos.ann, 'A.JPEG') })),
    ),
    ...parameterCases.map(([query, expected]) => expecting(query, expected, (world) => ask(world, `?${query}`))),
    refusedPhoto('no face', '400/28', ({ photos }) => photos.noFace),
    refusedPhoto('an unreadable image', '400/28', ({ photos }) => photos.unreadable),
    refusedPhoto('an empty file', '400/28', ({ photos }) => ({ ...photos.ann, bytes: Buffer.alloc(0) })),
    refusedPhoto('an extension that is not allowed', '400/21', ({ photos }) => named(photos.ann, 'x.heic')),
    expecting('no file', '400/34', async ({ target }) => verdict(await target.sendForm(RECOGNIZE, { other: 'x' }))),
    expecting('a form that is not multipart', '415/-', async ({ target }) =>
      verdict(await target.sendText('POST', RECOGNIZE, 'a=b', 'application/x-www-form-urlencoded')),
    ),
    expecting('base64', '200/-', (world) => sendBase64(world, base64(world.photos.ann))),
    expecting('base64 with line breaks', '200/-', (world) =>
      sendBase64(world, base64(world.photos.ann).replace(/(.{76})/g, '$1\r\n')),
    ),
    expecting('base64 with a data URI', '400/21', (world) =>
      sendBase64(world, `data:image/jpeg;base64,${base64(world.photos.ann)}`),
    ),
    expecting('base64 with wrong padding', '500/41', (world) => sendBase64(world, 'AAAAA')),
    expecting('base64 of no photo', '400/28', (world) => sendBase64(world, 'AAAA')),
    expecting('base64 without a file', '400/5', (world) => sendBase64(world, undefined)),
    expecting('base64 that is malformed JSON', BAD_VALUE, async ({ target }) =>
      verdict(await target.sendText('POST', RECOGNIZE, '{"file":')),
    ),
    holding('verify by id answers subject and similarity: the same person above 0.5, another below', async (world) => {
      const { photos } = world;
      const similar = [await verified(world, photos.ann), await verified(world, photos.annAgain), await verified(world, photos.bea)] as const; // prettier-ignore
      return similar[0] > 0.99 && similar[1] > 0.5 && similar[2] < 0.5 ? null : similar.join();
    }),
    holding('verify by id names the subject', async (world) => {
      const { id, subject } = await world.ann();
      const { json } = await world.target.sendForm(`${FACES}/${id}/verify`, { file: world.photos.ann });
      const named = json['result']?.[0]?.['subject'] as unknown;
      return named === subject ? null : JSON.stringify(json);
    }),
    expecting('verify by an unknown id', '404/44', async ({ target, photos }) =>
      verdict(await target.sendForm(`${FACES}/${UNKNOWN_ID}/verify`, { file: photos.ann })),
    ),
    expecting('verify by an unknown id, without a face', '400/28', async ({ target, photos }) =>
      verdict(await target.sendForm(`${FACES}/${UNKNOWN_ID}/verify`, { file: photos.noFace })),
    ),
    expecting('verify by what is no UUID', BAD_VALUE, async ({ target, photos }) =>
      verdict(await target.sendForm(`${FACES}/x/verify`, { file: photos.ann })),
    ),
    holding('EXIF orientation: the same box in the upright frame, and the same person', async (world) => {
      const boxes = [await world.recognized(world.photos.ann), await world.recognized(world.photos.annTurned)];
      const [upright = [], turned = []] = boxes.map(([face]) => corners(face));
      const apart = Math.max(...upright.map((corner, i) => Math.abs(corner - (turned[i] ?? Infinity))));
      const similarity = await verified(world, world.photos.annTurned);
      return apart <= 12 && similarity > 0.95 ? null : `${apart} pixels apart, similarity ${similarity}`;
    }),
  ],
};
