import { Router } from 'express';
import { FILE } from '../intake/image-intake.js';
import { readJson } from '../intake/json-body.js';
import { MAX_REQUEST_BYTES } from '../intake/limits.js';
import { isUuid } from '../wire/authentication.js';
import type { Answer, Call } from '../wire/call.js';
import { assertThreshold, readThreshold } from '../wire/image-parameters.js';
import { readPage } from '../wire/page.js';
import { Parameters } from '../wire/parameters.js';
import { emptyName, fitsStore, uploadNameComplaint } from '../wire/subject-name.js';
import {
  badValue,
  notAcceptable,
  tooManyFaces,
  undefinedError,
  unknownImage,
  unsupportedMediaType,
  WireError,
} from '../wire/wire-error.js';
import type { Engine } from './engine.js';

/** `/recognition/faces`: the examples. */
export function faceRoutes(engine: Engine): Router {
  const { calls } = engine;
  const router = Router({ caseSensitive: true });
  const on = (work: (engine: Engine, call: Call) => Answer | Promise<Answer>) =>
    calls.handler((call) => work(engine, call));
  router.post('/', on(add));
  router.get('/', on(list));
  router.delete('/', on(removeBySubject));
  router.post('/delete', on(removeMany));
  router.delete('/:imageId', on(removeOne));
  router.get('/:imageId/img', on(download));
  return router;
}

async function add(engine: Engine, call: Call): Promise<Answer> {
  const { parameters, images } = await engine.intake.read(call, [FILE], readUpload).catch(asUndefined);
  const image = images[0];
  if (!image) throw undefinedError();
  assertThreshold(parameters.detectionThreshold);
  const photo = image.bytes();
  const options = { ...parameters, plugins: new Set(['calculator'] as const), maxFaces: 1 };
  const { faces } = await engine.analyses.find(photo, options, call.signal);
  if (faces.length > 1) throw tooManyFaces();
  const embedding = faces[0]?.embedding;
  if (image.hasLineBreaks || !embedding || !fitsStore(parameters.subject)) throw undefinedError();
  const { subject } = parameters;
  const id = await engine.collection.addExample({ subject, embedding, photo }, call.signal);
  return { status: 201, body: { image_id: id, subject } };
}

function readUpload(parameters: Parameters): { subject: string; detectionThreshold: number } {
  const subject = parameters.requiredText('subject');
  const complaint = uploadNameComplaint(subject);
  if (complaint !== null) parameters.require(false, complaint);
  return { subject, detectionThreshold: readThreshold(parameters) };
}

/** This route alone answers code 0 where the others answer 415. */
function asUndefined(error: unknown): never {
  throw error instanceof WireError && error.status === unsupportedMediaType().status ? undefinedError() : error;
}

function list({ collection }: Engine, { request }: Call): Answer {
  const parameters = new Parameters(request);
  const { number, size, order } = readPage(parameters);
  const query = { subject: parameters.text('subject'), offset: number * size, limit: size, order };
  const { rows, total } = collection.listExamples(query);
  const body = {
    faces: rows.map(({ id, subject }) => ({ image_id: id, subject })),
    total_pages: Math.ceil(total / size),
    total_elements: total,
    page_number: number,
    page_size: size,
  };
  return { status: 200, body };
}

/** Removes the subject, too. Without a name it is refused: an omission must not wipe the collection. */
async function removeBySubject({ collection }: Engine, { request }: Call): Promise<Answer> {
  const subject = new Parameters(request).text('subject') ?? '';
  if (subject.trim() === '') throw emptyName();
  const deleted = await collection.deleteSubject(subject);
  return { status: 200, body: { deleted: deleted?.examples ?? 0 } };
}

async function removeOne({ collection }: Engine, call: Call): Promise<Answer> {
  const id = imageId(call);
  const [removed] = await collection.deleteExamples([id]);
  if (!removed) throw unknownImage(id);
  return { status: 200, body: { image_id: removed.id, subject: removed.subject } };
}

async function removeMany({ collection, budget }: Engine, call: Call): Promise<Answer> {
  const ids = await readJson(call, budget);
  if (!Array.isArray(ids) || !ids.every(isUuid)) throw badValue('the image ids');
  const removed = await collection.deleteExamples(ids);
  return { status: 200, body: removed.map(({ id, subject }) => ({ image_id: id, subject })) };
}

async function download(engine: Engine, call: Call): Promise<Answer> {
  return photoAnswer(engine, call, imageId(call));
}

/** The photo of an example. An unknown one is 200 with zero bytes, as in CompreFace. */
export async function photoAnswer({ collection, budget }: Engine, call: Call, id: string): Promise<Answer> {
  if (!call.request.accepts('application/octet-stream')) throw notAcceptable();
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Cache-Control': 'public, max-age=31536000',
    'X-Content-Type-Options': 'nosniff',
  };
  // In memory until the client has read it.
  call.onEnd(await budget.reserve(MAX_REQUEST_BYTES, call.signal));
  return { status: 200, headers, body: (await collection.photo(id)) ?? Buffer.alloc(0) };
}

/** @throws WireError when the path names no UUID */
export function imageId({ request }: Call): string {
  const id = request.params['imageId'];
  if (!isUuid(id)) throw badValue('the image id');
  return id;
}
