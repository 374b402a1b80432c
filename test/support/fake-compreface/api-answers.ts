import type { Answer, ApiRequest } from './api-request.js';
import { addFace, deleteFace, deleteFaces, deleteFacesOfSubject, downloadFace, listFaces } from './face-answers.js';
import { compare, recognize, verify } from './recognition-answers.js';
import { apiError, json, springError, type Reply } from './replies.js';
import type { RouteName } from './routes.js';
import { addSubject, deleteSubject, listSubjects, renameSubject, wipeSubjects } from './subject-answers.js';

/** What each route answers; the key has been checked before. */
export const answers: Readonly<Record<Exclude<RouteName, 'unknown'>, Answer>> = {
  addSubject,
  listSubjects,
  renameSubject,
  deleteSubject,
  wipeSubjects,
  addFace,
  listFaces,
  deleteFacesOfSubject,
  deleteFace,
  deleteFaces,
  downloadFace,
  recognize,
  verify,
  compare,
  config: () => json(200, { clientMaxFileSize: 5242880, clientMaxBodySize: 10485760 }),
  consistency: (_request, { savesImages }) =>
    json(200, {
      demoFaceCollectionIsInconsistent: false,
      dbIsInconsistent: false,
      saveImagesToDB: savesImages,
      status: 'OK',
    }),
};

/** The key check that comes before everything else; null when the key is right or none is needed. */
export function refuseKey(pathname: string, sent: string | undefined, apiKey: string): Reply | null {
  const service = /^\/api\/v1\/(recognition|detection|verification)(\/|$)/.exec(pathname)?.[1];
  if (!service) return null;
  if (sent === undefined) return apiError(400, 20, 'Missing header: x-api-key');
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(sent)) {
    return apiError(400, 26, 'Service API key should be UUID');
  }
  if (sent === apiKey && service === 'recognition') return null;
  const name = service.charAt(0).toUpperCase() + service.slice(1);
  return apiError(404, 10, `${name} service with API Key ${sent} not found`);
}

/** Unknown routes: Spring's page for GET, the API's handler for the rest. */
export function unknownRoute(method: string, pathname: string): Reply {
  return method === 'GET'
    ? springError(404, 'Not Found', pathname)
    : apiError(404, 0, `Request method '${method}' not supported`);
}

/** Requests after which a whole collection is or may be gone: our product must never make one. */
export function isWipe({ route, query }: Pick<ApiRequest, 'route' | 'query'>): boolean {
  return route === 'wipeSubjects' || (route === 'deleteFacesOfSubject' && !(query.get('subject') ?? '').trim());
}
