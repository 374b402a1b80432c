import { Injectable } from '@nestjs/common';
import { FaceEngine, type RecognizedFace } from '../compreface/face-engine.js';
import { FaceEngineError } from '../compreface/face-engine-error.js';
import { CompreFaceOptions } from '../compreface/http/compreface-options.js';
import { MissingFileError, PhotoStore } from '../persons/photos/photo-store.js';
import { Clock } from '../time/clock.js';
import { ExampleCanary } from './example-canary.js';
import { Ledger, type LedgerRow } from './ledger.js';
import { UnnamedExamples } from './unnamed-examples.js';

/**
 * The similarity of an example with the very picture it was made of, as CompreFace rounds it; two photos of a burst stay below
 * (similarity formula of CompreFace 1.2.0, EuclideanDistanceClassifier: 0.99999 is a cosine of 0.996 for its default model).
 */
const SAME_PICTURE = 0.99999;

/** Finds out which of our uploads an example is that no row of the ledger names, and writes it down. */
@Injectable()
export class Adoption {
  constructor(
    private readonly engine: FaceEngine,
    private readonly unnamed: UnnamedExamples,
    private readonly ledger: Ledger,
    private readonly store: PhotoStore,
    private readonly canary: ExampleCanary,
    private readonly options: CompreFaceOptions,
    private readonly clock: Clock,
  ) {}

  /** Returns the contents among `due` that turned out to be there. Throws `FaceEngineError`. */
  async adopt(due: readonly LedgerRow[], imageIds: readonly string[], signal?: AbortSignal): Promise<Set<string>> {
    const adopted = new Set<string>();
    const without: string[] = [];
    for (const imageId of imageIds) {
      const hash = await this.unnamed.contentHash(imageId, signal);
      if (hash === null) without.push(imageId);
      const row = due.find(({ content_hash }) => content_hash === hash && !adopted.has(content_hash));
      if (row && (await this.ledger.adopt(row.id, imageId))) adopted.add(row.content_hash);
    }
    if (without.length > 0) await this.adoptByFace(due, without, adopted, signal);
    return adopted;
  }

  /** A CompreFace that keeps no images (`save_images_to_db=false`) still knows the faces in them. */
  private async adoptByFace(
    due: readonly LedgerRow[],
    imageIds: readonly string[],
    adopted: Set<string>,
    signal?: AbortSignal,
  ): Promise<void> {
    const faces = await this.facesOf(
      due.filter((row) => !adopted.has(row.content_hash)),
      signal,
    );
    for (const imageId of imageIds) {
      const open = faces.filter(({ row }) => !adopted.has(row.content_hash));
      if (open.length === 0) return;
      const similarities = await this.engine.similaritiesTo(
        imageId,
        open.map(({ embedding }) => embedding),
        signal,
      );
      if (similarities === null) continue;
      const best = similarities.indexOf(Math.max(...similarities));
      const face = open[best];
      if (!face || (similarities[best] ?? 0) < SAME_PICTURE) continue;
      if (await this.ledger.adopt(face.row.id, imageId)) adopted.add(face.row.content_hash);
    }
  }

  /** None in a picture that a well core finds no face in, or breaks on: it cannot be an example. What a broken core says of it is no answer. */
  private async facesIn(jpeg: Buffer, signal?: AbortSignal): Promise<readonly RecognizedFace[]> {
    const earliestMs = this.clock.monotonicMs();
    const faces = await this.recognized(jpeg, signal);
    if (faces === 'rejected') return [];
    if (faces !== 'broke' && faces.length > 0) return faces;
    const failure = await this.canary.doubt(this.clock.monotonicMs(), faces === 'broke', earliestMs);
    if (failure) throw new FaceEngineError(failure, this.options.shownUrl);
    return [];
  }

  private async recognized(
    jpeg: Buffer,
    signal?: AbortSignal,
  ): Promise<readonly RecognizedFace[] | 'broke' | 'rejected'> {
    try {
      return (await this.engine.recognize(jpeg, { ...(signal && { signal }) })).faces;
    } catch (error) {
      const kind = error instanceof FaceEngineError ? error.failure.kind : null;
      if (kind === 'suspect') return 'broke';
      if (kind === 'rejected') return 'rejected';
      throw error;
    }
  }

  private async facesOf(
    rows: readonly LedgerRow[],
    signal?: AbortSignal,
  ): Promise<{ readonly row: LedgerRow; readonly embedding: readonly number[] }[]> {
    const faces = [];
    for (const row of rows) {
      const jpeg = await this.store.read('faces', row.content_hash).catch(unlessMissing);
      if (jpeg === null) continue;
      const [face] = await this.facesIn(jpeg, signal);
      if (face) faces.push({ row, embedding: face.embedding });
    }
    return faces;
  }
}

/** Without its file a face cannot be compared; whoever sends it next says so. */
function unlessMissing(error: unknown): null {
  if (error instanceof MissingFileError) return null;
  throw error;
}
