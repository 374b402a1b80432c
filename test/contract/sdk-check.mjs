// Calls everything that CompreFace's published JavaScript SDK has against a CompreFace; not run by the tests. From the repository:
//   npm install --prefix DIR @exadel/compreface-js-sdk@1
//   node test/contract/sdk-check.mjs --sdk DIR --url http://127.0.0.1:8000 --api-key K --detection-key K --verification-key K
// Writes under subjects of its own and removes them. `deleteAll` runs only when the collection is empty otherwise.
// Calls that the SDK itself breaks are checked to be broken in the way that docs/decisions/0004 names.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const FLAGS = ['sdk', 'url', 'api-key', 'detection-key', 'verification-key'];
const { values } = parseArgs({ options: Object.fromEntries(FLAGS.map((name) => [name, { type: 'string' }])) });
const missing = FLAGS.filter((name) => values[name] === undefined);
if (missing.length > 0) throw new Error(`Missing: ${missing.map((name) => `--${name}`).join(' ')}`);

const { CompreFace } = await import(
  pathToFileURL(join(values.sdk, 'node_modules/@exadel/compreface-js-sdk/index.js')).href
);
const { protocol, hostname, port } = new URL(values.url);
const client = new CompreFace(`${protocol}//${hostname}`, Number(port));
const recognition = client.initFaceRecognitionService(values['api-key']);
const detection = client.initFaceDetectionService(values['detection-key']);
const verification = client.initFaceVerificationService(values['verification-key']);
// An object keeps the path of its last call for the next: a new one for every call.
const faces = () => recognition.getFaceCollection();
const subjects = () => recognition.getSubjects();

const folder = mkdtempSync(join(tmpdir(), 'sdk-check-'));
const samples = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo');
const photo = await sharp(join(samples, 'sample1.jpg'))
  .extract({ left: 1394, top: 103, width: 362, height: 427 })
  .jpeg()
  .toBuffer();
const absolute = join(folder, 'ann.jpg');
writeFileSync(absolute, photo);
// The SDK takes only what begins with a dot, or a drive, for a path.
const path = relative('.', absolute).replace(/^(?!\.)/, './');
const base64 = photo.toString('base64');
// For the calls that take the address of a photo.
const website = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(photo));
website.listen(0, '127.0.0.1');
await once(website, 'listening');
const address = `http://127.0.0.1:${website.address().port}/ann.jpg`;
const name = `SDK-${randomUUID().slice(0, 8)}`;
const tally = { works: 0, broken: 0, fails: 0 };

// The SDK prints the address and the key of some calls.
const print = console.log;
console.log = () => undefined;

/** A call that has to work: `sound` looks at the answer. */
async function works(title, call, sound) {
  const [answer, error] = await settled(call);
  const ok = error === null && sound(answer);
  say(ok ? 'works' : 'fails', title, error ?? JSON.stringify(answer).slice(0, 100));
  return answer;
}

/** A call that cannot work, whatever the server is: `how` is seen in its error. */
async function broken(title, call, how) {
  const [answer, error] = await settled(call);
  const asKnown = error !== null && how.test(error);
  say(asKnown ? 'broken' : 'fails', title, error ?? JSON.stringify(answer).slice(0, 100));
}

async function settled(call) {
  try {
    return [await call(), null];
  } catch (error) {
    const { status, data } = error?.response ?? {};
    return [null, status ? `${status} ${JSON.stringify(data)}` : String(error?.code ?? error?.message ?? error)];
  }
}

function say(kind, title, detail) {
  tally[kind]++;
  print(`${kind.padEnd(6)}  ${title} | ${detail}`);
}

const oneFace = ({ result }) => result.length === 1 && result[0].box.probability > 0.5;
const matches = ({ result }) => result[0].similarity > 0.99;

const others = (await subjects().list()).subjects;
await works(
  'subjects.list',
  () => subjects().list(),
  (answer) => Array.isArray(answer.subjects),
);
await works(
  'subjects.add',
  () => subjects().add(name),
  ({ subject }) => subject === name,
);
await works(
  'subjects.rename',
  () => subjects().rename(name, `${name}x`),
  ({ updated }) => updated === true,
);
await works(
  'subjects.delete',
  () => subjects().delete(`${name}x`),
  ({ subject }) => subject === `${name}x`,
);

const added = await works(
  'faces.add, path',
  () => faces().add(path, name),
  ({ image_id }) => image_id !== undefined,
);
const again = await works(
  'faces.add, base64',
  () => faces().add(base64, name),
  ({ subject }) => subject === name,
);
await works(
  'faces.list',
  () => faces().list(),
  ({ faces: list }) => list.length >= 2,
);
const plugins = {
  limit: 1,
  det_prob_threshold: 0.8,
  prediction_count: 2,
  face_plugins: 'landmarks,age',
  status: 'true',
};
await works(
  'recognize with options',
  () => recognition.recognize(path, plugins),
  ({ result, plugins_versions }) => result[0].subjects[0].similarity > 0.99 && plugins_versions.age !== undefined,
);
await works('recognize, base64', () => recognition.recognize(base64, {}), oneFace);
await works('faces.verify', () => faces().verify(path, added?.image_id), matches);
await works(
  'faces.verify with options',
  () => faces().verify(path, added?.image_id, { limit: 1, status: 'true' }),
  matches,
);
await works('detect, path', () => detection.detect(path, { limit: 1 }), oneFace);
await works('detect, base64', () => detection.detect(base64), oneFace);
const verified = ({ result }) => result[0].face_matches[0].similarity > 0.99;
await works('verify, two paths', () => verification.verify(path, path, { limit: 1 }), verified);
await works('verify, base64', () => verification.verify(base64, base64, {}), verified);

await works(
  'faces.add, address',
  () => faces().add(address, name),
  ({ subject }) => subject === name,
);
await works('recognize, address', () => recognition.recognize(address, {}), oneFace);
await works('verify, two addresses', () => verification.verify(address, address, {}), verified);
await works('verify, path and address', () => verification.verify(path, address, {}), verified);

await broken('an absolute path is sent as text', () => recognition.recognize(absolute, {}), /^400/);
await broken('a Buffer is sent without a boundary', () => recognition.recognize(photo, {}), /^400/);
await broken('recognize without options', () => recognition.recognize(path), /reading 'limit'/);
await broken('verify of a path and base64', () => verification.verify(path, base64, {}), /Cannot assign/);
// Two question marks: the second option is no option, it becomes a part of the name.
const mangled = `${name}?det_prob_threshold=0.8`;
await works(
  'faces.add with options stores under a wrong name',
  () => faces().add(path, name, { det_prob_threshold: 0.8 }),
  ({ subject }) => subject === mangled,
);
await subjects().delete(encodeURIComponent(mangled));
const kept = faces();
await works(
  'faces.delete',
  () => kept.delete(again?.image_id),
  ({ image_id }) => image_id === again?.image_id,
);
await broken('the next call of an object after delete', () => kept.list(), /^40[0-9]/);

await works(
  'faces.delete_multiple_images',
  () => faces().delete_multiple_images([added?.image_id]),
  (list) => list[0].image_id === added?.image_id,
);
await faces().add(path, name);
await works(
  'faces.delete_all_subject',
  () => faces().delete_all_subject(name),
  ({ deleted }) => deleted === 2,
);
if (others.length === 0) {
  await subjects().add(name);
  await works(
    'subjects.deleteAll',
    () => subjects().deleteAll(),
    ({ deleted }) => deleted === 1,
  );
}

rmSync(folder, { recursive: true });
website.close();
print(`${tally.works} work, ${tally.broken} are broken in the SDK as known, ${tally.fails} fail`);
process.exitCode = tally.fails > 0 ? 1 : 0;
