import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { Installation } from '../../database/installation.js';
import { execute } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';

const LEASE_MS = 6_000;
const RENEW_MS = 2_000;

/**
 * With the embedded engine exactly one application process runs: a second would train into a collection of its own. On SQLite the
 * database itself is held by one process; on MySQL and MariaDB a lease row says who runs it.
 */
@Injectable()
export class EngineLease implements OnApplicationShutdown {
  private readonly owner = randomUUID();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    /** Its row is what the lease is written on. */
    protected readonly installation: Installation,
  ) {}

  /** Waits for the lease of a process that died. Throws `SERVICE_UNAVAILABLE` when its owner lives. */
  async take(): Promise<void> {
    if (this.db.type === 'sqlite') return;
    for (let waitedMs = 0; !(await this.renew()); waitedMs += 500) {
      if (waitedMs >= LEASE_MS + 1_000) throw alreadyRunning();
      await wait(500);
    }
    this.timer = setInterval(() => {
      this.renew().catch(() => undefined);
    }, RENEW_MS);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    if (!this.timer) return;
    await execute(
      this.db.reader,
      'UPDATE installation SET engine_owner = NULL, engine_lease_until = NULL WHERE engine_owner = ?',
      [this.owner],
    ).catch(() => undefined);
  }

  private async renew(): Promise<boolean> {
    const matched = await execute(
      this.db.reader,
      `UPDATE installation SET engine_owner = ?, engine_lease_until = ${this.db.now} + ${LEASE_MS}
       WHERE id = 1 AND (engine_owner IS NULL OR engine_owner = ? OR engine_lease_until < ${this.db.now})`,
      [this.owner, this.owner],
    );
    return matched === 1;
  }
}

function alreadyRunning(): DomainError {
  return new DomainError(
    'SERVICE_UNAVAILABLE',
    'Another process already runs the embedded engine on this database. For several processes set COMPREFACE_URL to one CompreFace for all.',
  );
}
