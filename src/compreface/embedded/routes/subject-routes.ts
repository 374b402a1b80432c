import { Router } from 'express';
import { readJsonObject } from '../intake/json-body.js';
import type { Answer, Call } from '../wire/call.js';
import { emptyName, nameInBody, nameInPath } from '../wire/subject-name.js';
import { subjectExists, unknownSubject } from '../wire/wire-error.js';
import type { Engine } from './engine.js';

/** `/recognition/subjects`. */
export function subjectRoutes(engine: Engine): Router {
  const { calls, collection } = engine;
  const router = Router({ caseSensitive: true });
  router.post(
    '/',
    calls.handler((call) => create(engine, call)),
  );
  router.get(
    '/',
    calls.handler(() => ({ status: 200, body: { subjects: collection.subjects() } })),
  );
  router.delete(
    '/',
    calls.handler((call) => deleteAll(engine, call)),
  );
  router.put(
    '/:subject',
    calls.handler((call) => rename(engine, call)),
  );
  router.delete(
    '/:subject',
    calls.handler((call) => remove(engine, call)),
  );
  return router;
}

async function create({ collection, budget }: Engine, call: Call): Promise<Answer> {
  const subject = nameInBody((await readJsonObject(call, budget))['subject']);
  if (!collection.createSubject(subject)) throw subjectExists();
  return { status: 201, body: { subject } };
}

async function rename({ collection, budget }: Engine, call: Call): Promise<Answer> {
  const to = nameInBody((await readJsonObject(call, budget))['subject']);
  const from = nameInPath(pathName(call));
  if (from === to) return { status: 200, body: { updated: false } };
  if (!collection.renameSubject(from, to)) throw unknownSubject(from);
  return { status: 200, body: { updated: true } };
}

async function remove({ collection }: Engine, call: Call): Promise<Answer> {
  const name = nameInPath(pathName(call));
  const deleted = await collection.deleteSubject(name);
  if (!deleted) throw unknownSubject(name);
  return { status: 200, body: { subject: deleted.name } };
}

/**
 * Wipes the collection, but only for the address that the documentation gives. With a slash at its end it is what URL parsers
 * make of a blank name or of `.`: a call that meant one subject.
 */
async function deleteAll({ collection }: Engine, call: Call): Promise<Answer> {
  const path = call.request.originalUrl.split('?')[0] ?? '';
  if (path.endsWith('/')) throw emptyName();
  return { status: 200, body: { deleted: await collection.deleteAll() } };
}

const pathName = ({ request }: Call): string => request.params['subject'] as string;
