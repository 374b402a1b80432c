import multer from 'multer';
import { type Call, untilAborted } from '../wire/call.js';
import { badExtension, missingPart, tooLarge, undefinedError } from '../wire/wire-error.js';
import type { BodyBudget } from './body-budget.js';
import { assertRequestSize } from './json-body.js';
import { MAX_FILE_BYTES } from './limits.js';

/** A multipart form, read into memory: nothing of an upload ever touches the disk before it is an example. */
export interface Form {
  readonly fields: Readonly<Record<string, unknown>>;
  /** @throws WireError 34 when there is no part of that name with a file name */
  file(name: string): UploadedFile;
}

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const EXTENSIONS = new Set(['tif', 'tiff', 'jpg', 'jpeg', 'png', 'bmp', 'ico', 'gif', 'webp']);

const LIMITS = { fileSize: MAX_FILE_BYTES, files: 4, fields: 40, parts: 44, fieldSize: 64 * 1024, headerPairs: 50 };

/** Reads the form and keeps the files named. @throws WireError 413 when too large, 0 when it is no readable form */
export async function readForm(call: Call, budget: BodyBudget, fileNames: readonly string[]): Promise<Form> {
  call.onEnd(await budget.reserve(assertRequestSize(call), call.signal));
  const parse = multer({
    storage: multer.memoryStorage(),
    limits: LIMITS,
    defParamCharset: 'utf8',
    fileFilter: (_request, file, accept) => {
      accept(null, fileNames.includes(file.fieldname));
    },
  }).any();
  await untilAborted(parsed(call, parse), call.signal);
  return formOf(call);
}

/** The extension of the file name decides, in whatever case; the content is looked at later. */
export function assertExtension({ name }: UploadedFile): void {
  const extension = /\.([^.]+)$/.exec(name)?.[1] ?? '';
  if (!EXTENSIONS.has(extension.toLowerCase())) throw badExtension(name);
}

function parsed({ request }: Call, parse: ReturnType<multer.Multer['any']>): Promise<void> {
  return new Promise((resolve, reject) => {
    // Multer asks for a response only to pass it on; it never writes to it.
    parse(request, undefined as never, (error: unknown) => {
      if (error) reject(wireError(error));
      else resolve();
    });
  });
}

function formOf({ request }: Call): Form {
  const files = request.files as Express.Multer.File[] | undefined;
  return {
    fields: (request.body ?? {}) as Readonly<Record<string, unknown>>,
    file: (name) => {
      const file = files?.find(({ fieldname }) => fieldname === name);
      if (!file) throw missingPart(name);
      return { name: file.originalname, bytes: file.buffer };
    },
  };
}

function wireError(error: unknown): Error {
  const isTooLarge = error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE';
  return isTooLarge ? tooLarge(MAX_FILE_BYTES) : undefinedError();
}
