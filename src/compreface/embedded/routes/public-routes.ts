import { Router } from 'express';
import type { ApiKeys } from '../api-keys.js';
import { MAX_FILE_BYTES, MAX_REQUEST_BYTES } from '../intake/limits.js';
import { sameKey } from '../wire/authentication.js';
import type { Answer, Call } from '../wire/call.js';
import type { Engine } from './engine.js';
import { imageId, photoAnswer } from './face-routes.js';

/** With another key every photo is unknown. */
const NOBODYS_ID = '00000000-0000-0000-0000-000000000000';

/** The routes without the key header: limits, readiness, and photos by an address that holds the key. */
export function publicRoutes(engine: Engine, keys: ApiKeys): Router {
  const { calls, collection } = engine;
  const router = Router({ caseSensitive: true });
  router.get(
    '/config',
    calls.handler(() => ({
      status: 200,
      body: { clientMaxFileSize: MAX_FILE_BYTES, clientMaxBodySize: MAX_REQUEST_BYTES },
    })),
  );
  router.get(
    '/consistence/status',
    calls.handler(() => ({
      status: 200,
      body: {
        demoFaceCollectionIsInconsistent: false,
        dbIsInconsistent: collection.hasOtherModels(),
        saveImagesToDB: true,
        status: 'OK',
      },
    })),
  );
  router.get(
    '/static/:apiKey/images/:imageId',
    calls.handler((call) => download(engine, keys, call)),
  );
  return router;
}

async function download(engine: Engine, keys: ApiKeys, call: Call): Promise<Answer> {
  const isOurs = sameKey(call.request.params['apiKey'] as string, keys.recognition);
  return photoAnswer(engine, call, isOurs ? imageId(call) : NOBODYS_ID);
}
