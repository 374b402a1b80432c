import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Brings SQLite's write-ahead log to the disk in the thread pool: `synchronous = FULL` does the same on the main thread, where a
 * slow disk holds up every request. The log is one file from opening the database to closing it (locking_mode EXCLUSIVE).
 */
export class LogSync {
  private file: Promise<FileHandle> | undefined;

  constructor(private readonly databasePath: string) {}

  /** Resolves when all that was written before is on the disk. */
  async sync(): Promise<void> {
    await (await (this.file ??= this.open())).datasync();
  }

  close(): void {
    void this.file?.then((file) => file.close()).catch(() => undefined);
  }

  private async open(): Promise<FileHandle> {
    // For its name, too; Windows has no such call.
    if (process.platform !== 'win32') {
      const folder = await open(dirname(this.databasePath), 'r');
      await folder.sync().finally(() => folder.close());
    }
    // Windows flushes only what is open for writing.
    return open(`${this.databasePath}-wal`, 'r+');
  }
}
