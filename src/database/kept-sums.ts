import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from './database.js';
import { execute, select } from './sql.js';
import { isUniqueViolation } from './write-errors.js';

/** Writers of one sum pass each other on as many rows. */
const SHARDS = 4;

/** All sums as they are now; one that was never changed is missing. */
export type Sums = ReadonlyMap<string, number>;

/**
 * Sums that are kept with each change of what they count, in its own transaction: to read them costs the same at a million rows as at ten.
 */
@Injectable()
export class KeptSums {
  constructor(private readonly db: Database) {}

  /** Makes the rows of these sums that are not there yet, at 0. */
  async provide(names: readonly string[]): Promise<void> {
    const rows = await select<{ metric: string; shard: number }>(this.db.reader, 'SELECT metric, shard FROM kept_sum');
    const known = new Set(rows.map(({ metric, shard }) => `${metric}/${shard}`));
    for (const name of names) {
      for (let shard = 0; shard < SHARDS; shard += 1) {
        if (!known.has(`${name}/${shard}`)) await this.insert(name, shard);
      }
    }
  }

  /** Adds to sums, which must have been provided. */
  async add(em: EntityManager, changes: ReadonlyMap<string, number>): Promise<void> {
    const shard = Math.floor(Math.random() * SHARDS);
    // One order for all writers, so that they wait for each other and never in a circle.
    for (const [name, change] of [...changes].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (change === 0) continue;
      await execute(em, 'UPDATE kept_sum SET value = value + ? WHERE metric = ? AND shard = ?', [change, name, shard]);
    }
  }

  async read(em: EntityManager = this.db.reader): Promise<Sums> {
    const rows = await select<{ metric: string; value: number | string }>(
      em,
      'SELECT metric, SUM(value) AS value FROM kept_sum GROUP BY metric',
    );
    return new Map(rows.map(({ metric, value }) => [metric, Number(value)]));
  }

  private async insert(name: string, shard: number): Promise<void> {
    try {
      await execute(this.db.reader, 'INSERT INTO kept_sum (metric, shard, value) VALUES (?, ?, 0)', [name, shard]);
    } catch (error) {
      // Another replica starts at the same time.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}
