import { readParts, type Part } from './multipart.js';
import { apiError, cannedReplies, empty, type Reply } from './replies.js';

const MAX_FILE_BYTES = 5 * 1024 * 1024;
const EXTENSIONS = /\.(tif|tiff|jpg|jpeg|png|bmp|ico|gif|webp)$/i;
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** The photo of a request, and the form fields that came with it (Spring merges them with the query). */
export interface Upload {
  readonly photo: Buffer;
  readonly fields: ReadonlyMap<string, string>;
  /** Null for base64 JSON, which is not asked for an extension. */
  readonly fileName: string | null;
  /** Base64 with line breaks: the core reads it, Java's strict decoder then refuses to store it. */
  readonly strictBase64: boolean;
}

/** Reads the multipart part `file` or the JSON key `file`; a Reply is CompreFace's refusal. */
export function readUpload(contentType: string, body: Buffer, otherTypes: Reply): Upload | Reply {
  if (contentType.startsWith('application/json')) return readBase64(body);
  if (!contentType.startsWith('multipart/form-data')) return otherTypes;
  const parts = partsOf(contentType, body);
  if (!parts) return cannedReplies.undefined;
  // A part without a file name is a plain field for Spring.
  const file = parts.find((part) => part.name === 'file' && part.fileName !== null);
  if (!file) return apiError(400, 34, 'Required part file is missing');
  if (file.content.length > MAX_FILE_BYTES) return cannedReplies.undefined;
  const fields = parts.filter((part) => part.fileName === null);
  return {
    photo: file.content,
    fields: new Map(fields.map(({ name, content }) => [name, content.toString('utf8')])),
    fileName: file.fileName,
    strictBase64: true,
  };
}

function partsOf(contentType: string, body: Buffer): Part[] | null {
  try {
    return readParts(contentType, body);
  } catch {
    return null;
  }
}

/** Code 21 for a file name whose extension CompreFace does not take; the content is not looked at. */
export function refuseExtension({ fileName }: Upload): Reply | null {
  if (fileName === null || EXTENSIONS.test(fileName)) return null;
  return apiError(400, 21, `File [${fileName}] has an unavailable extension`);
}

function readBase64(body: Buffer): Upload | Reply {
  let file: unknown;
  try {
    file = (JSON.parse(body.toString('utf8')) as { file?: unknown }).file;
  } catch {
    return empty(400);
  }
  if (file === undefined || file === null || file === '') return apiError(400, 5, 'Field content cannot be empty');
  if (typeof file !== 'string' || !BASE64.test(file)) return apiError(400, 21, 'Provided value is not Base64');
  return { photo: Buffer.from(file, 'base64'), fields: new Map(), fileName: null, strictBase64: !/\s/.test(file) };
}
