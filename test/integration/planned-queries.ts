import { Database } from '../../src/database/database.js';
import { execute } from '../../src/database/sql.js';
import { EmbeddingBackfill } from '../../src/persons/embeddings/embedding-backfill.js';
import { QualityUpkeep } from '../../src/persons/quality/quality-upkeep.js';
import { SecondLook } from '../../src/recognition/again/second-look.js';
import { ExampleCanary } from '../../src/training/example-canary.js';
import { ConsistencyOfPerson } from '../../src/training/consistency-of-person.js';
import { JobControl } from '../../src/training/job-control.js';
import { Worker } from '../../src/training/worker.js';
import type { TestApp } from '../support/new-test-app.js';

/** Something that is asked for, how the query for it looks, and the steps in which SQLite is to go about it. */
export type Case = readonly [what: string, ask: (t: TestApp) => Promise<unknown>, looks: RegExp, ...steps: string[]];

function shownBy(state: string, index: string): string[] {
  return [`CO-ROUTINE ${state}`, `SEARCH training_job USING INDEX ix_training_job_${index} (state=?)`, `SCAN ${state}`];
}

export const QUEUE: readonly Case[] = [
  [
    'a worker finds what is due without passing over what nobody has begun',
    (t) => t.app.get(Worker).claimDue(),
    /state = 'pending' AND run_at <= /,
    'SEARCH training_job USING INDEX ix_training_job_begun (state=? AND begun=? AND run_at<?)',
  ],
  [
    'jobs of dead processes are looked for among the running ones',
    (t) => t.app.get(JobControl).reap(),
    /state = 'running' AND id > /,
    'SEARCH training_job USING INDEX ix_training_job_ended (state=?)',
    'USE TEMP B-TREE FOR ORDER BY',
  ],
  [
    'the queue is shown without sorting what is due or what ended',
    (t) => t.api.get('/training/queue'),
    /UNION ALL/,
    'COMPOUND QUERY',
    'LEFT-MOST SUBQUERY',
    ...shownBy('pending', 'due'),
    'UNION ALL',
    ...shownBy('running', 'due'),
    'UNION ALL',
    ...shownBy('completed', 'ended'),
    'UNION ALL',
    ...shownBy('failed', 'ended'),
  ],
  [
    'the newest training is the first that is looked at',
    (t) => t.api.get('/training/stats'),
    /state = 'completed' AND training_type <> 'validation'/,
    'SEARCH training_job USING INDEX ix_training_job_ended (state=?)',
  ],
  [
    'a clean-up finds the oldest jobs without sorting the others',
    (t) => t.api.post('/training/cleanup', { daysToKeep: 3_650 }),
    /completed_at >= \? AND completed_at < \?/,
    'SEARCH training_job USING COVERING INDEX ix_training_job_ended (state=? AND completed_at>? AND completed_at<?)',
  ],
  [
    'and deletes them by their ids',
    (t) => t.api.post('/training/cleanup', { daysToKeep: 30 }),
    /retry_of FROM training_job\s+WHERE id IN/,
    'SEARCH training_job USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  [
    'what a training writes goes to its job by the key',
    (t) => train(t, 1),
    /^UPDATE training_job SET .* WHERE id = \? AND epoch = \? AND state = 'running'$/s,
    'SEARCH training_job USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  [
    'automatic training finds the last failures of some persons by the persons',
    (t) => t.api.post('/training/auto-train'),
    /SELECT MAX\(l\.id\)/,
    'SEARCH j USING INTEGER PRIMARY KEY (rowid=?)',
    'LIST SUBQUERY 1',
    'SEARCH l USING INDEX ix_training_job_person (person_id=?)',
  ],
];

const FACE_BY_CONTENT = 'USING INDEX uq_face_person_content (person_id=? AND content_hash=?)';
const NEWER_EXAMPLE = 'SEARCH n USING INDEX uq_example_content (person_id=? AND content_hash=? AND generation>?)';

export const LEDGER: readonly Case[] = [
  [
    'automatic training looks each face up in the ledger by its content',
    (t) => t.api.post('/training/auto-train'),
    /SUM\(CASE WHEN EXISTS/,
    'SEARCH f USING INDEX ix_face_person (person_id=? AND state=? AND exclusion=?)',
    'CORRELATED SCALAR SUBQUERY 1',
    'SEARCH e USING INDEX uq_example_content (person_id=? AND content_hash=?)',
  ],
  [
    'a training looks the contents of some examples up, not all faces of the person',
    (t) => train(t, 1),
    /SELECT f\.content_hash FROM face f/,
    `SEARCH f ${FACE_BY_CONTENT}`,
  ],
  [
    'the newest examples are found from the end of the ledger',
    (t) => t.app.get(ExampleCanary).doubt(performance.now()),
    /FROM example .* ORDER BY id DESC LIMIT/,
    'SCAN example',
  ],
  [
    'the consistency report reads the ledger in its order',
    (t) => t.api.get('/compreface/consistency'),
    /FROM example e WHERE e\.id > \? AND \+e\.state = 'present'/,
    'SEARCH e USING INTEGER PRIMARY KEY (rowid>?)',
  ],
  [
    'and looks up by content whether an example must leave',
    (t) => t.api.get('/compreface/consistency'),
    /FROM example e WHERE e\.id > \? AND \(\+e\.state = 'leaving'/,
    'SEARCH e USING INTEGER PRIMARY KEY (rowid>?)',
    'CORRELATED SCALAR SUBQUERY 1',
    `SEARCH f ${FACE_BY_CONTENT}`,
    'CORRELATED SCALAR SUBQUERY 2',
    NEWER_EXAMPLE,
  ],
  [
    'mending a person looks up by content what must leave',
    (t) => t.app.get(ConsistencyOfPerson).mend({ ...NOTHING, missing: [], personId: 1, subject: '' }, 'looked at'),
    /FROM example e WHERE e\.person_id = \?/,
    'SEARCH e USING INDEX ix_example_person (person_id=?)',
    'CORRELATED SCALAR SUBQUERY 1',
    `SEARCH f ${FACE_BY_CONTENT}`,
    'CORRELATED SCALAR SUBQUERY 2',
    NEWER_EXAMPLE,
  ],
];

const NOTHING = { copies: [], strays: [], unrecorded: [], unsettled: [], foreign: [] };

export const LIBRARY: readonly Case[] = [
  [
    'faces without measures are looked for from where the last look ended',
    (t) => t.app.get(QualityUpkeep).measureDue(),
    /f\.quality IS NULL/,
    'SEARCH f USING INTEGER PRIMARY KEY (rowid>?)',
    'SEARCH p USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  [
    'faces without an embedding of a model are read in their order',
    (t) => t.app.get(EmbeddingBackfill).fill('another', { checkHeld: () => undefined }),
    /SELECT f\.id, f\.content_hash FROM face f/,
    'SEARCH f USING INTEGER PRIMARY KEY (rowid>?)',
    'SEARCH e USING COVERING INDEX sqlite_autoindex_face_embedding_1 (face_id=? AND calculator=?) LEFT-JOIN',
  ],
  [
    'the time of the newest training is looked up',
    (t) => t.app.get(SecondLook).lookAtDue(),
    /MAX\(last_trained_at\)/,
    'SEARCH person USING COVERING INDEX ix_person_trained',
  ],
  [
    'photos to look at again are found by when their faces were compared last',
    lookAgain,
    /SELECT f\.photo_id FROM face f/,
    'SEARCH f USING INDEX ix_face_matched (review=? AND matched_at=?)',
    'USE TEMP B-TREE FOR LAST TERM OF ORDER BY',
  ],
  [
    'and their other faces by the photo',
    lookAgain,
    /f\.photo_id IN/,
    'SEARCH f USING INDEX ix_face_photo (photo_id=?)',
  ],
  [
    'merging finds what was decided for the person that goes',
    merge,
    /FROM face_decision WHERE person_id = \?/,
    'SEARCH face_decision USING INDEX ix_face_decision_person (person_id=?)',
  ],
  [
    'and what was answered with that person',
    merge,
    /UPDATE face_decision SET verdict_person_id/,
    'SEARCH face_decision USING INDEX ix_face_decision_verdict (verdict_person_id=?)',
  ],
];

async function lookAgain(t: TestApp): Promise<void> {
  await execute(
    t.app.get(Database).reader,
    "UPDATE face SET review = 'unidentified', matched_at = NULL, examine_at = NULL WHERE person_id IS NULL",
  );
  await t.app.get(SecondLook).lookAtDue();
}

async function merge(t: TestApp): Promise<void> {
  await t.api.post(`/persons/${await t.api.aPerson()}/merge`, { into: 1 });
}

/** Trains a person, and waits for it. */
export async function train(t: TestApp, personId: number): Promise<void> {
  await t.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 1 } });
  await t.api.post('/training/process-queue');
}
