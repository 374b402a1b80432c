import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import type { StorageEngine } from 'multer';
import { DomainError } from '../../errors/domain-error.js';

/** All files of one request together. */
export const MAX_REQUEST_BYTES = 500 * 1024 * 1024;

const received = new WeakMap<Request, number>();

/**
 * Streams uploads to files with random names in a temporary folder, and refuses a request whose files are too large together. multer
 * calls `_removeFile` for each when the request fails; the controller removes them when it is done.
 */
export class UploadStorage implements StorageEngine {
  private readonly folder = join(tmpdir(), `training-uploads-${process.pid}`);

  _handleFile(
    request: Request,
    file: Express.Multer.File,
    callback: (error?: unknown, written?: Partial<Express.Multer.File>) => void,
  ): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, randomUUID());
    const counter = new ByteCounter(request);
    pipeline(file.stream, counter, createWriteStream(path, { mode: 0o600 })).then(
      () => {
        callback(null, { path, size: counter.bytes });
      },
      (error: unknown) => {
        void rm(path, { force: true }).finally(() => {
          callback(error);
        });
      },
    );
  }

  _removeFile(_request: Request, file: Express.Multer.File, callback: (error: Error | null) => void): void {
    removeUploads([file]).then(
      () => {
        callback(null);
      },
      () => {
        callback(null);
      },
    );
  }
}

/** Removes the temporary files of an upload. */
export async function removeUploads(files: readonly Express.Multer.File[]): Promise<void> {
  for (const file of files) {
    // A file whose upload was cut off has no path yet.
    const path = file.path as string | undefined;
    if (path !== undefined) await rm(path, { force: true });
  }
}

class ByteCounter extends Transform {
  bytes = 0;

  constructor(private readonly request: Request) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.bytes += chunk.length;
    const total = (received.get(this.request) ?? 0) + chunk.length;
    received.set(this.request, total);
    if (total > MAX_REQUEST_BYTES) {
      callback(new DomainError('PAYLOAD_TOO_LARGE', 'The files are larger than 500 MB together: send fewer at once'));
    } else {
      callback(null, chunk);
    }
  }
}
