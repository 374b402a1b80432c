import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { ServerSettings } from '../config/settings.js';
import { DomainError } from '../errors/domain-error.js';
import { Database } from './database.js';
import { execute, select } from './sql.js';
import { isUniqueViolation } from './write-errors.js';

const MARKER_FILE = 'installation-id';

/** This installation: when it first started, and whether the data folder is the one that belongs to the database. */
@Injectable()
export class Installation {
  /** Database clock, epoch ms. */
  firstStartedAt = 0;

  private constructor(
    private readonly db: Database,
    private readonly server: ServerSettings,
  ) {}

  /** Throws `SERVICE_UNAVAILABLE` when the database knows another data folder: photos would be missing. */
  static async open(db: Database, server: ServerSettings): Promise<Installation> {
    const installation = new Installation(db, server);
    await installation.check();
    return installation;
  }

  private async check(): Promise<void> {
    await mkdir(this.server.dataDir, { recursive: true });
    const onDisk = await this.readMarker();
    const row = (await this.read()) ?? (await this.create(onDisk ?? randomUUID()));
    this.firstStartedAt = Number(row.first_started_at);
    if (onDisk === row.marker) return;
    if (onDisk !== undefined || Number(row.fresh) === 0) {
      throw new DomainError(
        'SERVICE_UNAVAILABLE',
        'DATA_DIR is not the folder that belongs to this database: every process needs the same folder (a shared volume), with the photos in it',
      );
    }
    await writeFile(join(this.server.dataDir, MARKER_FILE), row.marker, { mode: 0o600 });
  }

  private async readMarker(): Promise<string | undefined> {
    return readFile(join(this.server.dataDir, MARKER_FILE), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );
  }

  private async read(): Promise<InstallationRecord | undefined> {
    // A row without photos may still be given a folder; later a missing marker means a missing folder.
    const [row] = await select<InstallationRecord>(
      this.db.reader,
      `SELECT marker, first_started_at, CASE WHEN EXISTS (SELECT 1 FROM photo) THEN 0 ELSE 1 END AS fresh FROM installation WHERE id = 1`,
    );
    return row;
  }

  private async create(marker: string): Promise<InstallationRecord> {
    try {
      await execute(
        this.db.reader,
        `INSERT INTO installation (id, marker, first_started_at) VALUES (1, ?, ${this.db.now})`,
        [marker],
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    const row = await this.read();
    if (!row) throw new Error('the installation row is gone');
    return row;
  }
}

interface InstallationRecord {
  readonly marker: string;
  readonly first_started_at: number | string;
  readonly fresh: number | string;
}
