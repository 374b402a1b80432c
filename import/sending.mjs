import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ExpectedError } from '../demo/expected-error.mjs';

/** A broken answer to a request is tried so often before its files are left for another run. */
const TRIES = 3;
/** Answers that say something of the file; after any other one it is worth another run. */
const WORDS_ON_THE_FILE = new Set([400, 413, 415, 422]);

/**
 * Sends a group of photos: those of a person in one request, others one by one. Returns a verdict for each, in order; a verdict with
 * `status: 'failed'` is no last word. Throws `ExpectedError` when nothing can be sent any more.
 */
export async function send(service, root, { person, personId, photos }) {
  if (person === null) return Promise.all(photos.map((photo) => sendPhoto(service, root, photo)));
  const files = await readAll(root, photos);
  const readable = files.filter(({ bytes }) => bytes);
  const answers = readable.length === 0 ? [] : await sendFaces(service, personId, readable);
  return files.map((file) => file.verdict ?? answers[readable.indexOf(file)]);
}

async function sendFaces(service, personId, files) {
  const outcome = await patiently(() =>
    service.call(`/persons/${personId}/faces`, () => ({ method: 'POST', body: form('files', files) })),
  );
  const { status, answer } = outcome;
  const verdicts = answer.files ?? answer.details?.files;
  if (verdicts?.length === files.length) return verdicts.map(ofFace);
  return files.map(() => ofError(status, answer));
}

async function sendPhoto(service, root, photo) {
  const [file] = await readAll(root, [photo]);
  if (file.verdict) return file.verdict;
  const { status, answer } = await patiently(() =>
    service.call('/photos', () => ({ method: 'POST', body: form('file', [file]) })),
  );
  if (status >= 300) return ofError(status, answer);
  const { photo: kept, faces = [] } = answer;
  const pending = status === 202;
  const message = pending
    ? 'CompreFace is away: the photo is kept and looked at when it is back'
    : `${faces.length} ${faces.length === 1 ? 'face' : 'faces'}`;
  return {
    status: pending ? 'pending' : 'accepted',
    code: status === 200 ? 'DUPLICATE' : null,
    message: status === 200 ? `This photo is already here as photo ${kept?.id}` : message,
    photo_id: kept?.id ?? null,
  };
}

/** A 5xx other than "not now" may be the service's bad moment. */
async function patiently(call) {
  for (let tries = 1; ; tries += 1) {
    const outcome = await call();
    if (outcome.status < 500 || outcome.status === 507 || tries === TRIES) return outcome;
  }
}

function ofFace({ status, code, message, face_id }) {
  if (code === 'INSUFFICIENT_STORAGE') throw diskFull();
  return { status, code, message, face_id };
}

function ofError(status, { error, code }) {
  if (status === 507) throw diskFull();
  if (status === 401 || status === 403) throw new ExpectedError(`The service refuses us: ${error}`);
  return {
    status: WORDS_ON_THE_FILE.has(status) ? 'rejected' : 'failed',
    code: code ?? `HTTP_${status}`,
    message: error ?? 'No reason given',
  };
}

function diskFull() {
  return new ExpectedError('The disk of the service is full: free some space, then run the same command again.');
}

async function readAll(root, photos) {
  const files = [];
  for (const photo of photos) {
    try {
      files.push({ name: basename(photo.path), bytes: await readPlainFile(join(root, photo.path)) });
    } catch (error) {
      files.push({
        verdict: { status: 'failed', code: 'UNREADABLE_FILE', message: `The file cannot be read: ${error.code}` },
      });
    }
  }
  return files;
}

/** Reads a file that did not become a symbolic link since the tree was read. */
async function readPlainFile(path) {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function form(field, files) {
  const body = new FormData();
  for (const { name, bytes } of files) body.append(field, new Blob([bytes]), name);
  return body;
}
