import { Injectable } from '@nestjs/common';
import { FaceRecords } from './face-records.js';
import { PhotoStore, type StoredKind } from './photo-store.js';

/** Stores bytes and returns their hash. */
export type PutFile = (kind: StoredKind, bytes: Buffer) => Promise<string>;

interface StoredFile {
  readonly kind: StoredKind;
  readonly hash: string;
  readonly bytes: Buffer;
}

/** Files first, then the rows that name them. Files whose rows do not come to be are taken back. */
@Injectable()
export class KeptFiles {
  constructor(
    private readonly store: PhotoStore,
    private readonly records: FaceRecords,
  ) {}

  /** Runs work that stores files and writes rows. When it throws, or `isKept` denies its result, the files go, unless a row names them. */
  async keeping<T>(work: (put: PutFile) => Promise<T>, isKept: (result: T) => boolean): Promise<T> {
    const files: StoredFile[] = [];
    let result: T;
    try {
      result = await work(async (kind, bytes) => {
        const hash = await this.store.put(kind, bytes);
        files.push({ kind, hash, bytes });
        return hash;
      });
    } catch (error) {
      await this.removeUnnamed(files);
      throw error;
    }
    if (isKept(result)) await this.putAgain(files);
    else await this.removeUnnamed(files);
    return result;
  }

  /**
   * A file that was there already may have been another row's, and have gone with it before this one's row could be seen. From here on the
   * row protects it.
   */
  private async putAgain(files: readonly StoredFile[]): Promise<void> {
    for (const { kind, bytes } of files) await this.store.put(kind, bytes);
  }

  /** Removes those files that no row names any more. */
  async removeUnnamed(files: readonly { kind: StoredKind; hash: string }[]): Promise<void> {
    for (const { kind, hash } of files) {
      await this.store.removeUnlessReferenced(kind, hash, () => this.records.isReferenced(kind, hash));
    }
  }
}
