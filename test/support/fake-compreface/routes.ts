/** Every request that the fake can tell apart, as it is scripted, counted and logged. */
export const routeNames = [
  'addSubject',
  'listSubjects',
  'renameSubject',
  'deleteSubject',
  'wipeSubjects',
  'addFace',
  'listFaces',
  'deleteFacesOfSubject',
  'deleteFace',
  'deleteFaces',
  'downloadFace',
  'recognize',
  'verify',
  'compare',
  'config',
  'consistency',
  'unknown',
] as const;

export type RouteName = (typeof routeNames)[number];

export interface Match {
  readonly route: RouteName;
  /** The decoded subject or image id of the path; empty where the route has none. */
  readonly argument: string;
}

const ROUTES: readonly (readonly [string, RegExp, RouteName])[] = [
  ['POST', /^\/recognition\/subjects\/?$/, 'addSubject'],
  ['GET', /^\/recognition\/subjects\/?$/, 'listSubjects'],
  // An empty name, and `.` after the URL parser's clean-up, is the route that deletes everything.
  ['DELETE', /^\/recognition\/subjects\/?$/, 'wipeSubjects'],
  ['PUT', /^\/recognition\/subjects\/([^/]+)\/?$/, 'renameSubject'],
  ['DELETE', /^\/recognition\/subjects\/([^/]+)\/?$/, 'deleteSubject'],
  ['POST', /^\/recognition\/faces\/?$/, 'addFace'],
  ['GET', /^\/recognition\/faces\/?$/, 'listFaces'],
  ['DELETE', /^\/recognition\/faces\/?$/, 'deleteFacesOfSubject'],
  ['POST', /^\/recognition\/faces\/delete\/?$/, 'deleteFaces'],
  ['DELETE', /^\/recognition\/faces\/([^/]+)\/?$/, 'deleteFace'],
  ['GET', /^\/recognition\/faces\/([^/]+)\/img\/?$/, 'downloadFace'],
  ['POST', /^\/recognition\/faces\/([^/]+)\/verify\/?$/, 'verify'],
  ['POST', /^\/recognition\/embeddings\/faces\/([^/]+)\/verify\/?$/, 'compare'],
  ['POST', /^\/recognition\/recognize\/?$/, 'recognize'],
  ['GET', /^\/config\/?$/, 'config'],
  ['GET', /^\/consistence\/status\/?$/, 'consistency'],
];

/** Finds the route of a request below `/api/v1`. nginx decodes the path first, and Spring cuts a name at `;`. */
export function matchRoute(method: string, pathname: string): Match {
  const path = decode(pathname)?.replace(/^\/api\/v1(?=\/)/, '');
  if (path === undefined || path === decode(pathname)) return { route: 'unknown', argument: '' };
  for (const [verb, pattern, route] of ROUTES) {
    const found = verb === method ? pattern.exec(path) : null;
    if (found) return { route, argument: (found[1] ?? '').split(';')[0] ?? '' };
  }
  return { route: 'unknown', argument: '' };
}

function decode(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}
