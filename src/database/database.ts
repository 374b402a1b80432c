import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type DatabaseType, DatabaseSettings } from '../config/settings.js';
import { dbNowSql } from './db-now.js';
import { select } from './sql.js';
import type { Turnstile } from './sqlite/turnstile.js';
import { isRetryable } from './write-errors.js';

const MAX_TRIES = 5;

/** The one door to the database: plain reads, write transactions, and the database's clock. */
@Injectable()
export class Database {
  /** Moves the database's clock as this application sees it, in ms. Tests drive it; it stays 0 in service. */
  clockOffsetMs = 0;

  constructor(
    private readonly dataSource: DataSource,
    readonly settings: DatabaseSettings,
    private readonly turnstile: Turnstile | null,
  ) {}

  get type(): DatabaseType {
    return this.settings.type;
  }

  /** For reads, and for single statements that are complete in themselves. */
  get reader(): EntityManager {
    return this.dataSource.manager;
  }

  /** SQL for the database's clock in epoch ms. */
  get now(): string {
    return dbNowSql(this.type, this.clockOffsetMs);
  }

  /** The database's clock, epoch ms. */
  async readNow(): Promise<number> {
    const [row] = await select<{ now: number | string }>(this.reader, `SELECT ${this.now} AS now`);
    return Number(row?.now);
  }

  /** `FOR UPDATE` where rows are locked one by one; SQLite's write transaction holds the whole file anyway. */
  get forUpdate(): string {
    return this.type === 'sqlite' ? '' : 'FOR UPDATE';
  }

  /** After a table's name: reads it by this index, where the planner would take one that leads to more rows. */
  byIndex(name: string): string {
    return this.type === 'sqlite' ? `INDEXED BY ${name}` : `FORCE INDEX (${name})`;
  }

  /**
   * Runs `work` in a write transaction. A dead lock, a lock wait that ran out or a busy file runs the whole of `work` again, at most
   * five times: it must do nothing but use the manager it is given.
   */
  async write<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.dataSource.transaction((em) => this.inTurn(() => work(em)));
      } catch (error) {
        if (attempt >= MAX_TRIES || !isRetryable(error)) throw error;
        await wait(5 + Math.random() * 40 * attempt);
      }
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turnstile ? this.turnstile.inside(work) : work();
  }
}
