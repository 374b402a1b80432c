import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { ServerSettings } from '../../config/settings.js';
import { DomainError } from '../../errors/domain-error.js';

/** `photos`: what was uploaded, upright. `faces`: the crops that CompreFace gets. */
export type StoredKind = 'photos' | 'faces';

/** A file of ours is not where it must be: a fault of the installation, never of the photo. */
export class MissingFileError extends DomainError {
  constructor() {
    super('SERVICE_UNAVAILABLE', 'A stored image is missing or changed: check DATA_DIR and its volume');
    this.name = 'MissingFileError';
  }
}

/** Images below DATA_DIR, named by the SHA-256 of their bytes; no name from outside ever becomes a path. */
@Injectable()
export class PhotoStore {
  constructor(private readonly server: ServerSettings) {}

  /** Stores the bytes durably and returns their hash; the same bytes are stored once. */
  async put(kind: StoredKind, bytes: Buffer): Promise<string> {
    const hash = sha256(bytes);
    const path = this.path(kind, hash);
    const known = await stat(path).catch(() => null);
    if (known?.size === bytes.length) return hash;
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return hash;
  }

  /** Throws `MissingFileError` when the file is gone or its bytes are not those of its name. */
  async read(kind: StoredKind, hash: string): Promise<Buffer> {
    const bytes = await readFile(this.path(kind, hash)).catch(() => null);
    if (!bytes || sha256(bytes) !== hash) throw new MissingFileError();
    return bytes;
  }

  /**
   * Removes a file that no row refers to any more. An upload of the same bytes may come at the same moment, so the file is put aside,
   * `isReferenced` is asked again, and it comes back if need be.
   */
  async removeUnlessReferenced(kind: StoredKind, hash: string, isReferenced: () => Promise<boolean>): Promise<void> {
    if (await isReferenced()) return;
    const path = this.path(kind, hash);
    const aside = `${path}.${randomUUID()}.gone`;
    const moved = await rename(path, aside).then(
      () => true,
      () => false,
    );
    if (!moved) return;
    if (await isReferenced()) await rename(aside, path);
    else await rm(aside, { force: true });
  }

  private path(kind: StoredKind, hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error('not a hash');
    return join(this.server.dataDir, kind, hash.slice(0, 2), `${hash}.jpg`);
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
