import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import type { StorageEngine } from 'multer';
import { DomainError } from '../../errors/domain-error.js';

/** All files of one request together, in bytes. */
export const MAX_REQUEST_BYTES = 500 * 1024 * 1024;

/** How much is written to the disk for a request, in bytes. */
export interface UploadLimits {
  /** Of a larger file only so much is kept: enough to see that it is too large. */
  readonly fileBytes: number;
  /** Above it the whole request is refused. */
  readonly requestBytes: number;
}

/** Whether this process has removed what another one of its number left when it was killed. */
let swept = false;

/**
 * Streams uploads to files with random names in a temporary folder. A file that is too large does not stop the others: the rest of it
 * is read and thrown away. multer calls `_removeFile` for each file when the request fails; the controller removes them when it is done.
 */
export class UploadStorage implements StorageEngine {
  private readonly received = new WeakMap<Request, number>();

  constructor(
    private readonly limits: UploadLimits,
    private readonly folder = join(tmpdir(), `training-uploads-${process.pid}`),
  ) {
    if (!swept) rmSync(folder, { recursive: true, force: true });
    swept = true;
  }

  _handleFile(
    request: Request,
    file: Express.Multer.File,
    callback: (error?: unknown, written?: Partial<Express.Multer.File>) => void,
  ): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, randomUUID());
    const bounded = new BoundedBytes(this.limits.fileBytes, (bytes) => this.refusal(request, bytes));
    pipeline(file.stream, bounded, createWriteStream(path, { mode: 0o600 })).then(
      () => {
        callback(null, { path, size: bounded.received });
      },
      (error: unknown) => {
        void rm(path, { force: true }).finally(() => {
          callback(error);
        });
      },
    );
  }

  _removeFile(_request: Request, file: Express.Multer.File, callback: (error: Error | null) => void): void {
    const done = (): void => {
      callback(null);
    };
    removeUploads([file]).then(done, done);
  }

  private refusal(request: Request, bytes: number): DomainError | null {
    const total = (this.received.get(request) ?? 0) + bytes;
    this.received.set(request, total);
    return total > this.limits.requestBytes ? requestTooLarge(this.limits.requestBytes) : null;
  }
}

/** The files of a request are too large together. */
export function requestTooLarge(limitBytes: number): DomainError {
  const limit = `${Math.floor(limitBytes / 1024 / 1024)} MB`;
  return new DomainError('PAYLOAD_TOO_LARGE', `The files are larger than ${limit} together: send fewer at once`, {
    fields: [{ field: 'files', message: `are larger than ${limit} together` }],
  });
}

/** Removes the temporary files of an upload. */
export async function removeUploads(files: readonly Express.Multer.File[]): Promise<void> {
  for (const file of files) {
    // A file whose upload was cut off has no path yet.
    const path = file.path as string | undefined;
    if (path !== undefined) await rm(path, { force: true });
  }
}

/** Lets one byte more through than allowed, and counts all. */
class BoundedBytes extends Transform {
  received = 0;

  constructor(
    private readonly limit: number,
    private readonly refusal: (bytes: number) => Error | null,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    const room = Math.max(0, this.limit + 1 - this.received);
    this.received += chunk.length;
    const refused = this.refusal(chunk.length);
    if (refused) callback(refused);
    else if (room === 0) callback();
    else callback(null, chunk.subarray(0, room));
  }
}
