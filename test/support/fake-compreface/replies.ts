/** An answer of the fake server, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** JSON as Jackson writes it in CompreFace: indented. */
export function json(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value, null, 2) };
}

/** CompreFace's own error body. */
export function apiError(status: number, code: number, message: string): Reply {
  return json(status, { message, code });
}

/** Nothing but a status: what Spring answers to a parameter of the wrong type or an unreadable JSON body. */
export function empty(status: number): Reply {
  return { status, headers: {}, body: '' };
}

export function html(status: number, title: string): Reply {
  const body = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx/1.21.1</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}

/** What a filter or an unknown route of Spring answers: no `message`, no `code`. */
export function springError(status: number, error: string, path: string): Reply {
  return json(status, { timestamp: '2026-01-01T00:00:00.000+00:00', status, error, path });
}

const coreTrouble = (text: string): Reply => apiError(500, 41, `Error during synchronization between servers: ${text}`);

/** Answers that can be scripted by name, with the words of CompreFace 1.2.0 and of the nginx before it. */
export const cannedReplies = {
  /** 400 code 0: any unplanned exception of the API. */
  undefined: apiError(400, 0, 'Something went wrong, please try again'),
  'no-face': apiError(400, 28, 'No face is found in the given image'),
  'several-faces': apiError(400, 31, 'More than one face in the source image'),
  migrating: apiError(405, 32, "Write operations during migration aren't allowed"),
  'core-refused': coreTrouble(
    'Connection refused (Connection refused) executing POST http://compreface-core:3000/find_faces',
  ),
  'core-unresolved': coreTrouble('compreface-core executing POST http://compreface-core:3000/find_faces'),
  'core-timeout': coreTrouble('Read timed out executing POST http://compreface-core:3000/find_faces'),
  'core-crash': coreTrouble(
    '[500 INTERNAL SERVER ERROR] during [POST] to [http://compreface-core:3000/find_faces] [FacesFeignClient#findFaces(MultipartFile)]: [{"message":"OSError: broken data stream"}]',
  ),
  'unknown-key': apiError(404, 10, 'Recognition service with API Key 00000000 not found'),
  /** 500 of a servlet filter: no `code`; the database was away while the key was looked up. */
  'filter-error': springError(500, 'Internal Server Error', '/api/v1/recognition/faces'),
  'not-found-html': html(404, 'Not Found'),
  'too-large-html': html(413, 'Request Entity Too Large'),
  'bad-gateway': html(502, 'Bad Gateway'),
  unavailable: html(503, 'Service Temporarily Unavailable'),
  'gateway-timeout': html(504, 'Gateway Time-out'),
  throttled: { ...html(429, 'Too Many Requests'), headers: { 'content-type': 'text/html', 'retry-after': '2' } },
  redirect: { ...html(302, 'Found'), headers: { location: 'http://127.0.0.1:9/elsewhere' } },
  /** A 2xx whose body breaks off. */
  garbage: { status: 201, headers: { 'content-type': 'application/json' }, body: '{ "image_id" : "6b135f5b-a365' },
  'empty-success': empty(200),
  /** 8 MiB of valid JSON. */
  huge: json(200, { padding: 'x'.repeat(8 * 1024 * 1024) }),
} as const satisfies Record<string, Reply>;

export type CannedReply = keyof typeof cannedReplies;
