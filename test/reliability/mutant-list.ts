interface Change {
  readonly file: string;
  /** Occurs exactly once. */
  readonly from: string;
  readonly to: string;
}

/** A guard, how it is taken out, and the specification that must fail then. */
export interface Mutant {
  readonly guard: string;
  readonly harm: string;
  readonly changes: readonly Change[];
  readonly spec: string;
  /** Only the specifications whose name contains it. */
  readonly only?: string;
}

const LEASE = 'test/reliability/guards/lease.spec.ts';
const CRASHES = 'test/reliability/guards/crashes.spec.ts';
const QUEUE = 'test/reliability/guards/queue.spec.ts';
const COLLECTION = 'test/reliability/guards/collection.spec.ts';
const WITHDRAWAL = 'test/reliability/guards/withdrawal.spec.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    guard: 'epoch in the WHERE of every write',
    harm: 'a process that lost its job ends the attempt of the next one',
    changes: [
      {
        file: 'src/training/job-guard.ts',
        from: "`UPDATE training_job SET ${assignments} WHERE id = ? AND epoch = ? AND state = 'running'`,\n    [...values, claim.id, claim.epoch],",
        to: "`UPDATE training_job SET ${assignments} WHERE id = ? AND state = 'running'`,\n    [...values, claim.id],",
      },
    ],
    spec: LEASE,
    only: 'refuses every write of the former one',
  },
  {
    guard: 'reaper asks again under the lock',
    harm: 'a job that just ended is taken back',
    changes: [
      {
        file: 'src/training/job-control.ts',
        from: "if (job?.state !== 'running' || job.epoch !== epoch) return false;",
        to: 'if (!job) return false;',
      },
      {
        file: 'src/training/job-control.ts',
        from: 'if (!all && !(await this.leaseIsOut(em, jobId))) return false;',
        to: '',
      },
    ],
    spec: LEASE,
    only: 'since the reaper looked',
  },
  {
    guard: 'heartbeat stopped last',
    harm: 'others take the job over while its last uploads are under way',
    changes: [
      {
        file: 'src/training/job-execution.ts',
        from: 'const heartbeat = setInterval(() => void this.beat(held), this.settings.heartbeatMs);',
        to: "const heartbeat = setInterval(() => void this.beat(held), this.settings.heartbeatMs);\n    held.signal.addEventListener('abort', () => { clearInterval(heartbeat); });",
      },
    ],
    spec: LEASE,
    only: 'keeps its leases until the last upload',
  },
  {
    guard: 'a claim in flight is waited for at the stop',
    harm: 'a job stays with a process that is gone, and counts a crash',
    changes: [
      { file: 'src/training/job-execution.ts', from: 'await Promise.allSettled(this.claiming);', to: '' },
      { file: 'src/training/job-execution.ts', from: "if (this.draining) held.stop('shutdown');", to: '' },
    ],
    spec: LEASE,
    only: 'gives back what it was just claiming',
  },
  {
    guard: 'a job that may kill its process runs alone',
    harm: 'jobs beside it are parked with it',
    changes: [
      {
        file: 'src/training/solitude.ts',
        from: 'return crashes >= MAX_CRASHES - 1;',
        to: 'return crashes > MAX_CRASHES;',
      },
    ],
    spec: CRASHES,
    only: 'is run alone',
  },
  {
    guard: 'a cancel that came first wins',
    harm: 'a cancel is answered 200 and the job ends otherwise',
    changes: [
      {
        file: 'src/training/job-store.ts',
        from: "if (await this.cancelWasRequested(em, claim.id)) {\n        await this.endings.write(em, claim, { ...ending, state: 'cancelled', error: null });",
        to: "if (ending.state === 'completed' && (await this.cancelWasRequested(em, claim.id))) {\n        await this.endings.write(em, claim, { ...ending, state: 'cancelled', error: null });",
      },
    ],
    spec: QUEUE,
    only: 'cancelled before it ended',
  },
  {
    guard: 'unique index: one active job a person',
    harm: 'two jobs train one person at once',
    changes: [
      {
        file: 'src/database/migrations/1763800000002-training.ts',
        from: "unique('uq_training_job_active_person', 'active_person_id')",
        to: "index('uq_training_job_active_person', 'active_person_id')",
      },
    ],
    spec: QUEUE,
    only: 'room for one active job',
  },
  {
    guard: 'intent before the call',
    harm: 'after a crash nobody knows that something was sent',
    changes: [
      {
        file: 'src/training/ledger.ts',
        from: "VALUES (?, ?, ?, ?, 'announced', ?, ?, ${this.db.now})`,\n        [claim.personId, face.faceId, face.contentHash, generation, claim.id, claim.epoch],",
        to: "SELECT ?, ?, ?, ?, 'announced', ?, ?, ${this.db.now} WHERE 1 = 0`,\n        [claim.personId, face.faceId, face.contentHash, generation, claim.id, claim.epoch],",
      },
    ],
    spec: COLLECTION,
    only: 'written down before CompreFace is called',
  },
  {
    guard: 'settle time',
    harm: 'what the server still works on is sent again',
    changes: [
      {
        file: 'src/training/settlement.ts',
        from: 'Number(row.intent_at) + this.engine.settleMs',
        to: 'Number(row.intent_at)',
      },
    ],
    spec: COLLECTION,
    only: 'before the settle time is over',
  },
  {
    guard: 'faces compared where CompreFace keeps no images',
    harm: 'an example whose answer was lost is sent again',
    changes: [
      {
        file: 'src/training/adoption.ts',
        from: 'if (without.length > 0) await this.adoptByFace(due, without, adopted, signal);',
        to: '',
      },
    ],
    spec: COLLECTION,
    only: 'is found by the face',
  },
  {
    guard: 'code 0 treated as unknown: not as refused',
    harm: 'an outage blames photos',
    changes: [
      {
        file: 'src/compreface/http/classify-code.ts',
        from: "if (code === 0 && answer.status === 400) return ambiguous(call, 'overloaded', 'CompreFace failed without saying why');",
        to: "if (code === 0 && answer.status === 400) return rejected('unsupported_image', 'refused');",
      },
    ],
    spec: COLLECTION,
    only: 'after a code 0',
  },
  {
    guard: 'code 0 treated as unknown: not as not stored',
    harm: 'an example that was stored is sent again',
    changes: [
      {
        file: 'src/compreface/http/classify-code.ts',
        from: "if (code === 0 && answer.status === 400) return ambiguous(call, 'overloaded', 'CompreFace failed without saying why');",
        to: "if (code === 0 && answer.status === 400) return unavailable('overloaded', 'not stored');",
      },
    ],
    spec: COLLECTION,
    only: 'after a code 0',
  },
  {
    guard: 'final verification',
    harm: 'a job is called completed although CompreFace lost an example',
    changes: [
      {
        file: 'src/training/collection-check.ts',
        from: 'missing.push(...rows.filter((row) => row.image_id !== null && !ids.has(row.image_id)));',
        to: 'missing.push(...rows.filter(() => false && ids.size > 0));',
      },
    ],
    spec: COLLECTION,
    only: 'looked at once more before the job ends',
  },
  {
    guard: 'only what is still announced is forgotten',
    harm: 'an example that another process found falls out of the ledger',
    changes: [
      {
        file: 'src/training/ledger.ts',
        from: "`DELETE FROM example WHERE state = 'announced' AND id IN (${placeholders(some)})`",
        to: '`DELETE FROM example WHERE id IN (${placeholders(some)})`',
      },
    ],
    spec: COLLECTION,
    only: 'somebody else has settled',
  },
  {
    guard: 'faces are locked while they are announced',
    harm: 'a face that was just withdrawn is sent',
    changes: [
      {
        file: 'src/training/ledger.ts',
        from: 'AND f.person_id = ? AND ${ELIGIBLE_SQL} ${this.db.forUpdate}`',
        to: 'AND f.person_id = ? AND ${ELIGIBLE_SQL}`',
      },
    ],
    spec: WITHDRAWAL,
    only: 'withdrawn before, and then never sent',
  },
  {
    guard: 'a withdrawal waits for the end of the training',
    harm: 'examples of a deleted person stay in CompreFace',
    changes: [
      {
        file: 'src/training/withdrawals.ts',
        from: 'if (await this.hasActiveJob(personId)) {',
        to: 'if (false) {',
      },
    ],
    spec: WITHDRAWAL,
    only: 'leaves nothing behind',
  },
];
