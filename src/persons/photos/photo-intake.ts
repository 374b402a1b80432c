import { open, readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { PhotoSettings } from '../../config/settings.js';
import { FaceFinder, type FaceBoxShown } from './face-finder.js';
import { FaceRecords } from './face-records.js';
import { imageFormat } from './image-format.js';
import { Semaphore } from './semaphore.js';
import { type Box, makeUpright, UnreadablePhotoError, type UprightPhoto } from './photo-image.js';
import { PhotoStore, sha256 } from './photo-store.js';

/** One uploaded file, in a temporary place. */
export interface UploadedPhoto {
  readonly path: string;
  readonly size: number;
  readonly originalName: string;
}

export type VerdictCode =
  | 'NO_FACE'
  | 'SEVERAL_FACES'
  | 'FACE_TOO_SMALL'
  | 'UNREADABLE_IMAGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'PAYLOAD_TOO_LARGE'
  | 'DUPLICATE'
  | 'COMPREFACE_AWAY';

/** What became of one file. */
export interface Verdict {
  readonly file: string;
  readonly status: 'accepted' | 'rejected' | 'pending';
  readonly faceId: number | null;
  readonly code: VerdictCode | null;
  readonly message: string;
  readonly boxes?: readonly FaceBoxShown[];
}

type Outcome = Omit<Verdict, 'file'>;

const UNREADABLE: Outcome = rejected(
  'UNREADABLE_IMAGE',
  'The file is damaged, cut off or too large to decode: export it again',
);

/** Takes photos of a person in: one verdict per file, and a bad file never spoils the others. */
@Injectable()
export class PhotoIntake {
  // A decoded photo of 64 megapixels takes 200 MB.
  private readonly decoding = new Semaphore(2);

  constructor(
    private readonly finder: FaceFinder,
    private readonly records: FaceRecords,
    private readonly store: PhotoStore,
    private readonly settings: PhotoSettings,
  ) {}

  /** `chosen` points at one face of a photo with several. */
  async takeIn(personId: number, files: readonly UploadedPhoto[], chosen: Box | null): Promise<Verdict[]> {
    const lanes = new Semaphore(4);
    return Promise.all(
      files.map((file) =>
        lanes.run(async () => ({
          file: shownName(file.originalName),
          ...(await this.takeOne(personId, file, chosen)),
        })),
      ),
    );
  }

  private async takeOne(personId: number, file: UploadedPhoto, chosen: Box | null): Promise<Outcome> {
    const refused = await this.refusedUnseen(file);
    if (refused) return refused;
    const source = await readFile(file.path);
    const sourceHash = sha256(source);
    const known = await this.records.findSame(personId, sourceHash, chosen);
    if (known) return duplicate(known);
    let photo: UprightPhoto;
    try {
      photo = await this.decoding.run(() => makeUpright(source, this.settings.maxMegapixels));
    } catch (error) {
      if (error instanceof UnreadablePhotoError) return UNREADABLE;
      throw error;
    }
    return this.examine(personId, { photo, sourceHash, originalName: shownName(file.originalName) }, chosen);
  }

  /** What can be told from the size and the first bytes. */
  private async refusedUnseen(file: UploadedPhoto): Promise<Outcome | null> {
    if (file.size > this.settings.maxFileMb * 1024 * 1024) {
      return rejected('PAYLOAD_TOO_LARGE', `The file is larger than ${this.settings.maxFileMb} MB: make it smaller`);
    }
    if (file.size === 0) return rejected('UNREADABLE_IMAGE', 'The file is empty');
    const format = imageFormat(await firstBytes(file.path));
    if (format === 'heic')
      return rejected('UNSUPPORTED_MEDIA_TYPE', 'HEIC and AVIF are not supported: export the photo as JPEG');
    if (format === null)
      return rejected(
        'UNSUPPORTED_MEDIA_TYPE',
        'This is no image of a supported kind: send JPEG, PNG, WebP, GIF or TIFF',
      );
    return null;
  }

  private async examine(personId: number, taken: TakenPhoto, chosen: Box | null): Promise<Outcome> {
    try {
      const found = await this.finder.find(taken.photo, chosen);
      if (found.kind === 'refused') return { ...rejected(found.code, found.message), boxes: found.boxes };
      const photoHash = await this.store.put('photos', taken.photo.jpeg);
      const cropHash = await this.store.put('faces', found.crop);
      const { faceId, existed } = await this.records.addReady(
        personId,
        { ...taken, photoHash },
        { ...found, cropHash },
      );
      return existed ? duplicate(faceId) : { status: 'accepted', faceId, code: null, message: 'The face was taken' };
    } catch (error) {
      if (!(error instanceof FaceEngineError)) throw error;
      const photoHash = await this.store.put('photos', taken.photo.jpeg);
      const faceId = await this.records.addPending(personId, { ...taken, photoHash }, chosen);
      const message = 'CompreFace cannot be reached: the photo is kept and looked at when it is back';
      return { status: 'pending', faceId, code: 'COMPREFACE_AWAY', message };
    }
  }
}

/** A decoded upload. */
export interface TakenPhoto {
  readonly photo: UprightPhoto;
  readonly sourceHash: string;
  readonly originalName: string;
}

function rejected(code: VerdictCode, message: string): Outcome {
  return { status: 'rejected', faceId: null, code, message };
}

function duplicate(faceId: number): Outcome {
  return { status: 'accepted', faceId, code: 'DUPLICATE', message: `This photo is already here as face ${faceId}` };
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

/** A file name is shown and never used: no control characters, no folders, at most 255 characters. */
function shownName(name: string): string {
  const plain =
    name
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  return plain.slice(-255);
}
