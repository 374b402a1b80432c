import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { MAX_REQUEST_BYTES, requestTooLarge } from './upload-storage.js';

/** Room for the multipart frames of a hundred files. */
const FRAME_BYTES = 1024 * 1024;

/** Refuses an upload that announces itself as too large before any of it is written to the disk. */
@Injectable()
export class UploadSizeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    if (Number(headers['content-length'] ?? 0) > MAX_REQUEST_BYTES + FRAME_BYTES) {
      throw requestTooLarge(MAX_REQUEST_BYTES);
    }
    return true;
  }
}
