import { isReply, parameter, type Answer, type ApiContext, type ApiRequest } from './api-request.js';
import { findFaces } from './core-answers.js';
import type { WireExample } from './collection.js';
import { apiError, cannedReplies, empty, json, type Reply } from './replies.js';
import { readUpload, refuseExtension, type Upload } from './upload.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_PAGE_SIZE = 2000;

export const addFace: Answer = async (request, context) => {
  const upload = readUpload(request.contentType, request.body, cannedReplies.undefined);
  if (isReply(upload)) return upload;
  const subject = parameter('subject', request.query, upload.fields);
  if (subject === null) return apiError(400, 33, 'Required parameter subject is missing');
  if (subject.trim() === '') return apiError(400, 26, 'Subject name is empty; ');
  return refuseExtension(upload) ?? (await store(subject, upload, request, context));
};

async function store(subject: string, upload: Upload, request: ApiRequest, context: ApiContext): Promise<Reply> {
  const wasKnown = context.collection.hasSubject(subject);
  const faces = await findFaces(upload, request, context);
  if (isReply(faces)) return faces;
  const [face, another] = faces;
  if (!face || another) return cannedReplies['several-faces'];
  if (face.mark === 'crashes-when-added') return cannedReplies['core-crash'];
  if (face.mark === 'no-face-when-added') return cannedReplies['no-face'];
  if (face.mark === 'undefined-when-added' || !upload.strictBase64 || subject.length > 255) {
    return cannedReplies.undefined;
  }
  // Two first uploads for one new subject: the second insert breaks the unique key.
  if (!wasKnown && context.collection.hasSubject(subject)) return cannedReplies.undefined;
  return json(201, { image_id: context.collection.addExample(subject, upload.photo, face.embedding), subject });
}

export const listFaces: Answer = ({ query }, context) => {
  const examples = context.collection.list(query.get('subject') ?? undefined);
  const sorted = inOrder(examples, query.get('sort'), context.random);
  if (!sorted) return cannedReplies.undefined;
  const size = pageNumber(query.get('size'), 1, 20, MAX_PAGE_SIZE);
  const page = pageNumber(query.get('page'), 0, 0, Infinity);
  return json(200, {
    faces: sorted.slice(page * size, (page + 1) * size),
    total_pages: Math.ceil(sorted.length / size),
    total_elements: sorted.length,
    page_number: page,
    page_size: size,
  });
};

/** Without `sort` the order is another one for each request: there is no ORDER BY, so nothing may rely on it. */
function inOrder(examples: WireExample[], sort: string | null, random: () => number): WireExample[] | null {
  if (sort === null) return shuffled(examples, random);
  const [property, direction = 'asc'] = sort.split(',');
  if (property !== 'id') return null;
  const sign = direction === 'desc' ? -1 : 1;
  return examples.sort((a, b) => (a.image_id < b.image_id ? -sign : sign));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function pageNumber(text: string | null, lowest: number, fallback: number, highest: number): number {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) && value >= lowest ? Math.min(value, highest) : fallback;
}

export const deleteFacesOfSubject: Answer = ({ query }, { collection }) => {
  const subject = query.get('subject');
  if (subject === null || subject.trim() === '') return apiError(400, 26, 'Subject name is empty; ');
  return json(200, { deleted: collection.removeSubject(subject)?.deleted ?? 0 });
};

export const deleteFace: Answer = ({ argument }, { collection }) => {
  if (!UUID.test(argument)) return empty(400);
  const removed = collection.removeExample(argument.toLowerCase());
  return removed ? json(200, removed) : apiError(404, 44, `Image ${argument} not found`);
};

export const deleteFaces: Answer = ({ body }, { collection }) => {
  let ids: unknown;
  try {
    ids = JSON.parse(body.toString('utf8'));
  } catch {
    return empty(400);
  }
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string' && UUID.test(id))) return empty(400);
  return json(
    200,
    (ids as string[]).flatMap((id) => collection.removeExample(id.toLowerCase()) ?? []),
  );
};

export const downloadFace: Answer = ({ argument, accept }, { collection }) => {
  if (!UUID.test(argument)) return empty(400);
  if (!/\*\/\*|application\/(\*|octet-stream)/.test(accept || '*/*')) return empty(406);
  const headers = { 'content-type': 'application/octet-stream', 'cache-control': 'public, max-age=31536000' };
  const known = collection.example(argument.toLowerCase()) !== null;
  return { status: 200, headers, body: (known ? collection.image(argument.toLowerCase()) : null) ?? '' };
};
