import type { DataSource, QueryRunner } from 'typeorm';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel.js';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { Turnstile } from './turnstile.js';

/** Prepared statements by their SQL. */
type Statements = Map<string, unknown>;

/**
 * TypeORM's SQLite driver hands one connection to every caller, so that transactions that overlap become savepoints of each other
 * and lose acknowledged writes. This runner takes the turn for the length of a statement or of a whole transaction.
 */
class SingleConnectionRunner extends BetterSqlite3QueryRunner {
  private leave: (() => void) | undefined;

  constructor(
    driver: BetterSqlite3Driver,
    private readonly turnstile: Turnstile,
    statements: Statements,
  ) {
    super(driver);
    // Private in the types of the base class, which finds its prepared statements there (TypeORM 1.1.1, BetterSqlite3QueryRunner.getStmt).
    Object.assign(this, { stmtCache: statements });
  }

  override async startTransaction(level?: IsolationLevel): Promise<void> {
    this.leave ??= await this.turnstile.enter();
    try {
      await super.startTransaction(level);
    } catch (error) {
      this.giveUpTurn();
      throw error;
    }
  }

  override async commitTransaction(): Promise<void> {
    await super.commitTransaction();
    this.giveUpTurn();
  }

  override async rollbackTransaction(): Promise<void> {
    try {
      await super.rollbackTransaction();
    } catch (error) {
      // SQLite rolls back by itself when the disk is full or broken, and has nothing left to roll back then. The base class would count
      // the transaction as open for ever, and everybody else would wait for its turn to end.
      this.transactionDepth = Math.max(0, this.transactionDepth - 1);
      this.isTransactionActive = this.transactionDepth > 0;
      throw error;
    } finally {
      this.giveUpTurn();
    }
  }

  // The base class gives rows without a type.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override async query(sql: string, parameters?: unknown[], structured = false): Promise<any> {
    // BEGIN IMMEDIATE takes the write lock at once: a deferred transaction that turns from reading to writing fails without waiting.
    const statement = sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql;
    if (this.leave) return this.run(statement, parameters, structured);
    const leave = await this.turnstile.enter();
    try {
      return await this.run(statement, parameters, structured);
    } finally {
      leave();
    }
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as `query`
  private run(sql: string, parameters: unknown[] | undefined, structured: boolean): Promise<any> {
    return super.query(sql, parameters as never, structured);
  }

  private giveUpTurn(): void {
    if (this.transactionDepth > 0) return;
    this.leave?.();
    this.leave = undefined;
  }
}

/** Makes every query runner of a SQLite data source wait its turn. Call before `initialize`. */
export function useSingleConnection(dataSource: DataSource): Turnstile {
  const driver = dataSource.driver as BetterSqlite3Driver;
  const turnstile = new Turnstile();
  // There is one connection, so a statement that one caller has prepared serves them all; the base class keeps them for each runner, which
  // here lives for one statement or one transaction.
  const statements: Statements = new Map();
  driver.createQueryRunner = (): QueryRunner => new SingleConnectionRunner(driver, turnstile, statements);
  return turnstile;
}
