import { type Case, type CaseGroup, expecting, holding } from '../case.js';
import { base64, named, type Photos } from '../photos.js';
import { numberAt } from '../reading.js';
import { type FilePart, verdict } from '../target.js';

const DETECT = '/detection/detect';
const VERIFY = '/verification/verify';

const refusedDetection = (
  title: string,
  expected: string,
  parts: (photos: Photos) => Record<string, FilePart | string>,
) =>
  expecting(
    `detect: ${title}`,
    expected,
    async ({ target, photos }) => verdict(await target.sendForm(DETECT, parts(photos))),
    'detection key',
  );

const detection: readonly Case[] = [
  holding(
    'detect: boxes without subjects and without embedding',
    async ({ target, photos }) => {
      const { json } = await target.sendForm(DETECT, { file: photos.twoFaces });
      const fields = (json['result'] as readonly object[]).map((face) => Object.keys(face).join());
      return fields.join(' ') === 'box box' ? null : fields.join(' ');
    },
    'detection key',
  ),
  holding(
    'detect: limit, plugins and status as in recognize',
    async ({ target, photos }) => {
      const query = '?limit=1&face_plugins=landmarks,calculator&status=true';
      const { json } = await target.sendForm(DETECT + query, { file: photos.twoFaces });
      const got = [...Object.keys(json['result']?.[0] ?? {}), json['result']?.length, ...Object.keys(json)].join();
      const fields = ['box', 'embedding', 'landmarks', 'execution_time', 'plugins_versions'];
      return fields.every((field) => got.includes(field)) && json['result']?.length === 1 ? null : got;
    },
    'detection key',
  ),
  expecting(
    'detect: base64',
    '200/-',
    async ({ target, photos }) => verdict(await target.sendJson('POST', DETECT, { file: base64(photos.ann) })),
    'detection key',
  ),
  refusedDetection('no face', '400/28', ({ noFace: file }) => ({ file })),
  refusedDetection('no file', '400/34', () => ({ other: 'x' })),
  refusedDetection('an extension that is not allowed', '400/21', ({ ann }) => ({ file: named(ann, 'x.txt') })),
];

type Pick = (photos: Photos) => readonly [source: FilePart, target: FilePart];

const verify = (title: string, expected: string, pick: Pick, query = ''): Case =>
  expecting(
    `verify: ${title}`,
    expected,
    async ({ target, photos }) => {
      const [source, other] = pick(photos);
      return verdict(await target.sendForm(VERIFY + query, { source_image: source, target_image: other }));
    },
    'verification key',
  );

const verification: readonly Case[] = [
  holding(
    'verify: the same person above 0.5, another below, one result with the source and its matches',
    async ({ target, photos }) => {
      const similarity = async (other: FilePart): Promise<number> => {
        const { json } = await target.sendForm(VERIFY, { source_image: photos.ann, target_image: other });
        const result = json['result']?.[0];
        return json['result']?.length === 1 && result?.['source_image_face']?.['box']
          ? numberAt(result['face_matches']?.[0]?.['similarity'])
          : NaN;
      };
      const [same, other] = [await similarity(photos.annAgain), await similarity(photos.bea)];
      return same > 0.5 && other < 0.5 ? null : `${same}, ${other}`;
    },
    'verification key',
  ),
  verify('several faces in the target', '200/-', ({ ann, twoFaces }) => [ann, twoFaces]),
  verify('several faces in the source', '400/31', ({ ann, twoFaces }) => [twoFaces, ann]),
  verify('several faces in the source, hidden by limit=1', '200/-', ({ ann, twoFaces }) => [twoFaces, ann], '?limit=1'),
  verify('no face in the source', '400/28', ({ ann, noFace }) => [noFace, ann]),
  verify('no face in the target', '400/28', ({ ann, noFace }) => [ann, noFace]),
  verify('an extension that is not allowed', '400/21', ({ ann }) => [named(ann, 'x.txt'), ann]),
  verify('limit=-1', '400/26', ({ ann }) => [ann, ann], '?limit=-1'),
  ...(['source_image', 'target_image'] as const).map((missing) =>
    expecting(
      `verify: no ${missing}`,
      '400/34',
      async ({ target, photos }) => {
        const parts = { source_image: photos.ann, target_image: photos.ann, [missing]: 'x' };
        return verdict(await target.sendForm(VERIFY, parts));
      },
      'verification key',
    ),
  ),
  expecting(
    'verify: base64',
    '200/-',
    async ({ target, photos }) => {
      const image = base64(photos.ann);
      return verdict(await target.sendJson('POST', VERIFY, { source_image: image, target_image: image }));
    },
    'verification key',
  ),
  expecting(
    'verify: base64 without a target',
    '400/5',
    async ({ target, photos }) => verdict(await target.sendJson('POST', VERIFY, { source_image: base64(photos.ann) })),
    'verification key',
  ),
];

export const otherServices: CaseGroup = { name: 'other services', cases: [...detection, ...verification] };
