import { mkdirSync } from 'node:fs';
import { mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The uploaded bytes, one file an example, in 256 folders by the first two digits of the id. */
export class PhotoFiles {
  /** Written, but not yet named by a row of the database. */
  private readonly arriving = new Set<string>();

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Puts the bytes on the disk, then runs `commit`, which makes them part of the collection.
   * When it throws, the bytes are removed again.
   */
  async add(id: string, bytes: Buffer, commit: () => void): Promise<void> {
    this.arriving.add(id);
    try {
      await this.write(id, bytes);
      commit();
    } catch (error) {
      await this.remove(id);
      throw error;
    } finally {
      this.arriving.delete(id);
    }
  }

  /** Null when there is no such photo. */
  async read(id: string): Promise<Buffer | null> {
    return readFile(this.path(id)).catch(nullIfMissing);
  }

  async remove(id: string): Promise<void> {
    await unlink(this.path(id)).catch(nullIfMissing);
  }

  /** Removes the files that no example owns: left by a process that died between file and row. Answers how many. */
  async sweep(isOwned: (id: string) => boolean): Promise<number> {
    let removed = 0;
    for (const shard of await readdir(this.folder)) {
      for (const id of await readdir(join(this.folder, shard))) {
        if (isOwned(id) || this.arriving.has(id)) continue;
        await this.remove(id);
        removed++;
      }
    }
    return removed;
  }

  private async write(id: string, bytes: Buffer): Promise<void> {
    const path = this.path(id);
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(join(path, '..'));
  }

  private path(id: string): string {
    return join(this.folder, id.slice(0, 2), id);
  }
}

/** Makes the file's name last, too; Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
