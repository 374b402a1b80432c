import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { isDiskFull } from '../../database/write-errors.js';
import { type Judgement, QualityGate } from '../quality/quality-gate.js';
import { type FaceBoxShown, FaceFinder, type MeasuredFoundFace, type NoFace } from './face-finder.js';
import { Semaphore } from './semaphore.js';
import { KeptPhotos, type TakenPhoto } from './kept-photos.js';
import { PhotoDecoding, UNREADABLE } from './photo-decoding.js';
import { type Box, UnreadablePhotoError } from './photo-image.js';
import { sha256 } from './photo-store.js';

/** One uploaded file, in a temporary place. */
export interface UploadedPhoto {
  readonly path: string;
  readonly size: number;
  /** As it is shown; never used as a path. */
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
  | 'POOR_QUALITY'
  | 'INSUFFICIENT_STORAGE'
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
/** What becomes of the files of one request, by their hash. */
type Twins = Map<string, Promise<Outcome>>;

const DISK_FULL: Outcome = rejected('INSUFFICIENT_STORAGE', 'The disk is full: free some space and send it again');

const REFUSED = 'CompreFace refuses this photo: use another one';

/** Takes photos of a person in: one verdict per file, and a bad file never spoils the others. */
@Injectable()
export class PhotoIntake {
  constructor(
    private readonly finder: FaceFinder,
    private readonly kept: KeptPhotos,
    private readonly gate: QualityGate,
    private readonly decoding: PhotoDecoding,
  ) {}

  /** `chosen` points at one face of a photo with several. */
  async takeIn(personId: number, files: readonly UploadedPhoto[], chosen: Box | null): Promise<Verdict[]> {
    const lanes = new Semaphore(4);
    const twins: Twins = new Map();
    return Promise.all(
      files.map((file) =>
        lanes.run(async () => ({ file: file.originalName, ...(await this.takeOne(personId, file, chosen, twins)) })),
      ),
    );
  }

  private async takeOne(personId: number, file: UploadedPhoto, chosen: Box | null, twins: Twins): Promise<Outcome> {
    const refused = await this.decoding.refusalOf(file);
    if (refused) return rejected(refused.code, refused.message);
    const source = await readFile(file.path);
    const sourceHash = sha256(source);
    // The same file twice in one request: the second waits, and is told that it is here already.
    const twin = twins.get(sourceHash);
    const outcome = (async () => {
      await twin?.catch(() => undefined);
      const known = await this.kept.findSame(personId, sourceHash, chosen);
      if (known) return duplicate(known);
      return this.takeNew(personId, { source, sourceHash, originalName: file.originalName }, chosen);
    })();
    twins.set(sourceHash, outcome);
    return outcome;
  }

  private async takeNew(
    personId: number,
    { source, ...named }: { source: Buffer; sourceHash: string; originalName: string },
    chosen: Box | null,
  ): Promise<Outcome> {
    try {
      const photo = await this.decoding.decode(source);
      return await this.examine(personId, { ...named, photo }, chosen);
    } catch (error) {
      if (error instanceof UnreadablePhotoError) return rejected(UNREADABLE.code, UNREADABLE.message);
      if (isDiskFull(error)) return DISK_FULL;
      throw error;
    }
  }

  private async examine(personId: number, taken: TakenPhoto, chosen: Box | null): Promise<Outcome> {
    let found: MeasuredFoundFace | NoFace;
    try {
      found = await this.finder.find(taken.photo, chosen);
    } catch (error) {
      if (!(error instanceof FaceEngineError)) throw error;
      if (error.failure.kind === 'rejected') return rejected('UNREADABLE_IMAGE', REFUSED);
      const faceId = await this.kept.keepPending(personId, taken, chosen);
      const message = 'CompreFace cannot look at it now: the photo is kept and looked at when it can';
      return { status: 'pending', faceId, code: 'COMPREFACE_AWAY', message };
    }
    if (found.kind === 'refused') return { ...rejected(found.code, found.message), boxes: found.boxes };
    const judgement = await this.gate.judge(found.measures, { ...found, faceId: null, personId });
    const { faceId, existed } = await this.kept.keepReady(personId, taken, { ...found, judgement });
    return existed ? duplicate(faceId) : acceptance(faceId, judgement);
  }
}

/** A face that is not good enough is kept all the same: somebody may know better. */
function acceptance(faceId: number, { refusal, issues }: Judgement): Outcome {
  const reasons = issues.map(({ message }) => message);
  if (refusal === null)
    return { status: 'accepted', faceId, code: null, message: ['The face was taken', ...reasons].join('. ') };
  const message = ['The face is kept, and not trained', ...reasons].join('. ');
  return { status: 'accepted', faceId, code: 'POOR_QUALITY', message };
}

function rejected(code: VerdictCode, message: string): Outcome {
  return { status: 'rejected', faceId: null, code, message };
}

function duplicate(faceId: number): Outcome {
  return { status: 'accepted', faceId, code: 'DUPLICATE', message: `This photo is already here as face ${faceId}` };
}
