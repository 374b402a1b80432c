import { execFileSync } from 'node:child_process';
import { rmSync, writeSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder } from './databases.js';

/** A disk of its own, small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves not a byte. */
  fill(): void;
  free(): void;
  remove(): void;
}

/** Mounts a disk of so many megabytes in memory; null where this user may not mount. */
export function mountSmallDisk(megabytes: number): SmallDisk | null {
  const folder = emptyFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => {
      writeUntilFull(filler);
    },
    free: () => {
      rmSync(filler, { force: true });
    },
    remove: () => {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [65_536, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}
