import type { MulterModuleOptions } from '@nestjs/platform-express';
import type { PhotoSettings } from '../../config/settings.js';
import { MAX_REQUEST_BYTES, UploadStorage } from './upload-storage.js';

/** Files in one request. */
export const MAX_FILES = 100;

/** How multer takes uploads: to temporary files, within bounds. A file that is too large is told from its size, not by multer. */
export function uploadOptions({ maxFileMb }: PhotoSettings): MulterModuleOptions {
  return {
    storage: new UploadStorage({ fileBytes: maxFileMb * 1024 * 1024, requestBytes: MAX_REQUEST_BYTES }),
    // The parser would take a file called `..` for none at all.
    preservePath: true,
    limits: {
      files: MAX_FILES,
      fields: 5,
      fieldNameSize: 100,
      fieldSize: 1_000,
      parts: MAX_FILES + 10,
      headerPairs: 50,
    },
  };
}

/** A file name as it is shown and never used: without control characters and folders, at most 255 characters. */
export function shownName(name: string): string {
  const plain = asUtf8(name)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .split(/[/\\]/)
    .at(-1);
  const shown = [...(plain ?? '')].slice(-255).join('');
  return shown === '' ? 'unnamed' : shown;
}

/** multer reads file names as Latin-1 where browsers and curl send UTF-8; what came as `filename*` is decoded already. */
function asUtf8(name: string): string {
  if ([...name].some((character) => character > '\u00ff')) return name;
  const decoded = Buffer.from(name, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? name : decoded;
}
