import { open } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { PhotoSettings } from '../../config/settings.js';
import { imageFormat } from './image-format.js';
import { makeUpright, type UprightPhoto } from './photo-image.js';
import { Semaphore } from './semaphore.js';

/** Why a file is no photo that can be taken, before anybody looked for a face. */
export interface FileRefusal {
  readonly code: 'UNREADABLE_IMAGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'PAYLOAD_TOO_LARGE';
  readonly message: string;
}

/** For a file that `PhotoDecoding.decode` cannot read. */
export const UNREADABLE: FileRefusal = {
  code: 'UNREADABLE_IMAGE',
  message: 'The file is damaged, cut off or too large to decode: export it again',
};

/** Opens uploaded files: what is no photo is told from size and first bytes, and few are decoded at once. */
@Injectable()
export class PhotoDecoding {
  // A decoded photo of 64 megapixels takes 200 MB.
  private readonly places = new Semaphore(2);

  constructor(private readonly settings: PhotoSettings) {}

  /** What can be told from the size and the first bytes; null when nothing is wrong with them. */
  async refusalOf(file: { readonly path: string; readonly size: number }): Promise<FileRefusal | null> {
    const { maxFileMb } = this.settings;
    if (file.size > maxFileMb * 1024 * 1024) {
      return { code: 'PAYLOAD_TOO_LARGE', message: `The file is larger than ${maxFileMb} MB: make it smaller` };
    }
    if (file.size === 0) return { code: 'UNREADABLE_IMAGE', message: 'The file is empty' };
    const format = imageFormat(await firstBytes(file.path));
    if (format !== null && format !== 'heic') return null;
    const message =
      format === 'heic'
        ? 'HEIC and AVIF are not supported: export the photo as JPEG'
        : 'This is no image of a supported kind: send JPEG, PNG, WebP, GIF or TIFF';
    return { code: 'UNSUPPORTED_MEDIA_TYPE', message };
  }

  /** Throws `UnreadablePhotoError`. */
  decode(source: Buffer): Promise<UprightPhoto> {
    return this.places.run(() => makeUpright(source, this.settings.maxMegapixels));
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
