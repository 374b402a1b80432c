import { Injectable } from '@nestjs/common';
import { FaceEngine, type ListedExample } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import { sha256 } from '../persons/photos/photo-store.js';
import { Ledger, type LedgerRow } from './ledger.js';

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
    const adoptedHashes = await this.adopt(due, subject, signal);
    const absent = due.filter((row) => !adoptedHashes.has(row.content_hash));
    await this.ledger.forgetAbsent(absent.map(({ id }) => id));
    return { absent: absent.map((row) => row.content_hash), adopted: adoptedHashes.size, waitMs };
  }

  private async adopt(due: readonly LedgerRow[], subject: string, signal?: AbortSignal): Promise<Set<string>> {
    const adopted = new Set<string>();
    for (const imageId of await this.unclaimed(subject, signal)) {
      const hash = await this.contentHash(imageId, signal);
      const row = due.find(({ content_hash }) => content_hash === hash && !adopted.has(content_hash));
      if (row && (await this.ledger.adopt(row.id, imageId))) adopted.add(row.content_hash);
    }
    return adopted;
  }

  /** Examples under the subject that no row of the ledger names. */
  async unclaimed(subject: string, signal?: AbortSignal): Promise<string[]> {
    return this.withoutKnown(await this.engine.listExamples(subject, signal));
  }

  async withoutKnown(listed: readonly ListedExample[]): Promise<string[]> {
    const known = new Set<string>();
    for (let start = 0; start < listed.length; start += 500) {
      const ids = listed.slice(start, start + 500).map(({ imageId }) => imageId);
      const rows = await select<{ image_id: string }>(
        this.db.reader,
        `SELECT image_id FROM example WHERE image_id IN (${placeholders(ids)})`,
        ids,
      );
      rows.forEach((row) => known.add(row.image_id));
    }
    return listed.map(({ imageId }) => imageId).filter((id) => !known.has(id));
  }

  /** SHA-256 of the bytes CompreFace got; null when it does not keep them. */
  async contentHash(imageId: string, signal?: AbortSignal): Promise<string | null> {
    const bytes = await this.engine.downloadExample(imageId, signal);
    return bytes && sha256(bytes);
  }
}
