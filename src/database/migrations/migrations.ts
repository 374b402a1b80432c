import { Persons1763800000001 } from './1763800000001-persons.js';
import { Training1763800000002 } from './1763800000002-training.js';
import { Audits1763800000003 } from './1763800000003-audits.js';
import { Recognition1763800000004 } from './1763800000004-recognition.js';
import { ExamplesOfPerson1763800000005 } from './1763800000005-examples-of-person.js';
import { SlotLeases1763800000006 } from './1763800000006-slot-leases.js';
import { HistoryIndices1763800000007 } from './1763800000007-history-indices.js';
import { SumsOfPersons1763800000008 } from './1763800000008-sums-of-persons.js';
import { QueueRuns1763800000009 } from './1763800000009-queue-runs.js';

/** The one migration history of all databases, oldest first. */
export const MIGRATIONS = [
  Persons1763800000001,
  Training1763800000002,
  Audits1763800000003,
  Recognition1763800000004,
  ExamplesOfPerson1763800000005,
  SlotLeases1763800000006,
  HistoryIndices1763800000007,
  SumsOfPersons1763800000008,
  QueueRuns1763800000009,
] as const;
