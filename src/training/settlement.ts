import { Injectable } from '@nestjs/common';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { Adoption } from './adoption.js';
import { Ledger, type LedgerRow } from './ledger.js';
import { UnnamedExamples } from './unnamed-examples.js';

/** How the uploads of unknown outcome of one person stand. */
export interface SettlementResult {
  /** Contents that CompreFace turned out not to have. */
  readonly absent: readonly string[];
  readonly adopted: number;
  /** How long until the rest can be looked at, in ms; null when nothing is left. */
  readonly waitMs: number | null;
}

/**
 * Uploads whose outcome is unknown are never sent again blindly: CompreFace has no idempotency key. After the settle time, when the
 * server has surely ended its work, the subject is listed; what is found is adopted, what is not is open again.
 */
@Injectable()
export class Settlement {
  constructor(
    private readonly engine: FaceEngine,
    private readonly unnamed: UnnamedExamples,
    private readonly adoption: Adoption,
    private readonly ledger: Ledger,
    private readonly db: Database,
  ) {}

  /** Must not be called while uploads of the person are under way. Throws `FaceEngineError` when CompreFace cannot be asked. */
  async settle(personId: number, subject: string, signal?: AbortSignal): Promise<SettlementResult> {
    const announced: LedgerRow[] = [];
    for await (const rows of this.ledger.pagesOf(personId, 'announced')) announced.push(...rows);
    if (announced.length === 0) return { absent: [], adopted: 0, waitMs: null };
    const now = await this.db.readNow();
    const dueAt = (row: LedgerRow): number => Number(row.intent_at) + this.engine.settleMs;
    const due = announced.filter((row) => dueAt(row) <= now);
    const later = announced.filter((row) => dueAt(row) > now);
    const waitMs = later.length === 0 ? null : Math.min(...later.map(dueAt)) - now;
    if (due.length === 0) return { absent: [], adopted: 0, waitMs };
    const adoptedHashes = await this.adoption.adopt(due, await this.unnamed.of(subject, signal), signal);
    const absent = due.filter((row) => !adoptedHashes.has(row.content_hash));
    await this.ledger.forgetAbsent(absent.map(({ id }) => id));
    return { absent: absent.map((row) => row.content_hash), adopted: adoptedHashes.size, waitMs };
  }
}
