import { type Case, BAD_VALUE, type CaseGroup, expecting, holding } from '../case.js';
import { base64, named, type Photos } from '../photos.js';
import { type FilePart, verdict } from '../target.js';
import { FACES, type World } from '../world.js';

type Parts = Record<string, FilePart | string>;

/** An upload that is refused, and must not leave its subject behind. */
function refused(
  title: string,
  expected: string | readonly string[],
  parts: (photos: Photos) => Parts,
  query: (name: string) => string = (name) => `?subject=${name}`,
): Case {
  return expecting(title, expected, async (world) => {
    const name = world.newName();
    const reply = await world.target.sendForm(FACES + query(name), parts(world.photos));
    await world.undo(reply);
    const got = verdict(reply);
    return (await world.subjects()).includes(name) ? `${got}, but the subject is there` : got;
  });
}

const base64Upload = async ({ target }: World, name: string, file: unknown): Promise<string> =>
  verdict(await target.sendJson('POST', `${FACES}?subject=${name}`, { file }));

const TOO_LARGE = ['400/0', '413/0', '413/-', '502/-', 'reset'];

export const uploads: CaseGroup = {
  name: 'uploads',
  cases: [
    holding('POST answers 201 with an id and the name as it was sent', async (world) => {
      const name = world.newName();
      await world.newExample(name, world.photos.ann);
      const { status, json } = await world.upload(name.toLowerCase(), world.photos.annAgain);
      const isRight = status === 201 && typeof json['image_id'] === 'string';
      const echoes = (json['subject'] as unknown) === name.toLowerCase();
      return isRight && echoes && (await world.total(name)) === 2 ? null : JSON.stringify(json);
    }),
    expecting('the subject may be a field of the form', '201/-', async (world) => {
      const subject = world.newName();
      return verdict(await world.target.sendForm(FACES, { subject, file: world.photos.ann }));
    }),
    expecting('a slash may stand at the end of the path', '201/-', async (world) =>
      verdict(await world.target.sendForm(`${FACES}/?subject=${world.newName()}`, { file: world.photos.ann })),
    ),
    expecting('base64', '201/-', async (world) => base64Upload(world, world.newName(), base64(world.photos.ann))),
    holding('the same bytes twice are two examples', async (world) => {
      const name = world.newName();
      const ids = [await world.newExample(name, world.photos.ann), await world.newExample(name, world.photos.ann)];
      const total = await world.total(name);
      return new Set(ids).size === 2 && total === 2 ? null : `${total} examples`;
    }),
    holding('eight first uploads at once: some are stored, none is answered but 201 or 400/0', async (world) => {
      const name = world.newName();
      const replies = await Promise.all(Array.from({ length: 8 }, () => world.upload(name, world.photos.ann)));
      const got = replies.map(verdict);
      const isRight = got.includes('201/-') && got.every((one) => ['201/-', '400/0'].includes(one));
      return isRight && (await world.total(name)) === got.filter((one) => one === '201/-').length ? null : got.join();
    }),
    refused('no face', '400/28', ({ noFace: file }) => ({ file })),
    refused('an unreadable image', '400/28', ({ unreadable: file }) => ({ file })),
    refused('two faces', '400/31', ({ twoFaces: file }) => ({ file })),
    refused('an extension that is not allowed', '400/21', ({ ann }) => ({ file: named(ann, 'x.txt') })),
    refused('the file name of a browser blob', '400/21', ({ ann }) => ({ file: named(ann, 'blob') })),
    refused('no file', '400/34', () => ({ other: 'x' })),
    refused('a file without a file name', '400/34', () => ({ file: 'x' })),
    refused(
      'no subject',
      '400/33',
      ({ ann: file }) => ({ file }),
      () => '',
    ),
    refused(
      'a blank subject',
      '400/26',
      ({ ann: file }) => ({ file }),
      () => '?subject=%20',
    ),
    refused(
      'neither file nor subject',
      '400/34',
      () => ({ other: 'x' }),
      () => '',
    ),
    refused(
      'no subject comes before the extension',
      '400/33',
      ({ ann }) => ({ file: named(ann, 'x.txt') }),
      () => '',
    ),
    refused('the extension comes before the image', '400/21', ({ noFace }) => ({ file: named(noFace, 'x.txt') })),
    refused(
      'a threshold that is no number',
      BAD_VALUE,
      ({ ann: file }) => ({ file }),
      (name) => `?subject=${name}&det_prob_threshold=abc`,
    ),
    refused(
      'a threshold above one',
      '400/28',
      ({ ann: file }) => ({ file }),
      (name) => `?subject=${name}&det_prob_threshold=1.5`,
    ),
    refused(
      'a name of 256 characters',
      '400/0',
      ({ ann: file }) => ({ file }),
      (name) => `?subject=${name.padEnd(256, 'x')}`,
    ),
    refused('six mebibytes', TOO_LARGE, ({ sixMebibytes: file }) => ({ file })),
    refused('eleven mebibytes', TOO_LARGE, ({ elevenMebibytes: file }) => ({ file })),
    expecting('a form that is not multipart', '400/0', async (world) => {
      const type = 'application/x-www-form-urlencoded';
      return verdict(await world.target.sendText('POST', FACES, `subject=${world.newName()}`, type));
    }),
    expecting('base64 with a data URI', '400/21', async (world) =>
      base64Upload(world, world.newName(), `data:image/jpeg;base64,${base64(world.photos.ann)}`),
    ),
    expecting('base64 with line breaks', '400/0', async (world) => {
      const lines = base64(world.photos.ann).replace(/(.{76})/g, '$1\r\n');
      return base64Upload(world, world.newName(), lines);
    }),
    expecting('base64 without a file', '400/5', async (world) => base64Upload(world, world.newName(), '')),
    expecting('base64 without a subject', '400/33', async ({ target, photos }) =>
      verdict(await target.sendJson('POST', FACES, { file: base64(photos.ann) })),
    ),
  ],
};
