import { IsIn, IsOptional } from 'class-validator';

/** What must be said to repair a collection in which nothing of ours is left. */
export const RESET_CONFIRMATION = 'collection_was_reset';

/** An example that is not as it should be. */
export class DifferingExample {
  /**
   * Null for a subject without a person.
   * @example 5
   */
  person_id!: number | null;

  /** @example 'john-doe-k3x7qa' */
  subject!: string | null;

  /**
   * The face it was made from; null when the ledger does not know it.
   * @example 17
   */
  face_id!: number | null;

  /** @example '6b135f5b-a365-4522-b1f1-4c9ac2dd0728' */
  image_id!: string | null;
}

/** Examples of one kind. */
export class DifferingExamples {
  /** @example 1 */
  total!: number;

  /** At most 200. */
  shown!: DifferingExample[];
}

/** A subject with a name as we make them that belongs to no person. */
export class OrphanedSubject {
  /** @example 'jane-smith-m2c4da' */
  subject!: string;

  /** @example 3 */
  examples!: number;
}

/** Subjects with names as we make them that belong to no person: perhaps those of another installation with the same API key. */
export class OrphanedSubjects {
  /** @example 0 */
  total!: number;

  /** At most 200. */
  shown!: OrphanedSubject[];
}

/** What is in CompreFace and not ours. It is never touched. */
export class ForeignSubjects {
  /** @example 2 */
  subjects!: number;

  /** @example 40 */
  examples!: number;
}

/** How large the two sides are. */
export class ComparedSizes {
  /**
   * Examples in CompreFace, those of others included.
   * @example 240
   */
  collection_examples!: number;

  /** @example 12 */
  collection_subjects!: number;

  /**
   * Examples that CompreFace confirmed to us.
   * @example 200
   */
  ledger_examples!: number;

  /** @example 10 */
  ledger_persons!: number;
}

/** How the looks that are taken by themselves after each training come out. */
export class AuditRecord {
  /**
   * stopped: too many persons differ, so that nothing is mended by itself until a repair.
   * @example 'running'
   */
  state!: 'running' | 'stopped';

  /**
   * Of the persons looked at last, at most 60.
   * @example 60
   */
  audited!: number;

  /**
   * How many of these had lost examples.
   * @example 0
   */
  differing!: number;
}

/** What differs between our ledger and the collection in CompreFace. */
export class ConsistencyAnswer {
  /** @example true */
  success!: boolean;

  /**
   * Nothing differs. What belongs to others under other subjects does not count.
   * @example false
   */
  consistent!: boolean;

  /**
   * Not one of our examples is left in CompreFace, although there were 20 or more: somebody has wiped or replaced it. The repair then
   * wants to be confirmed.
   * @example false
   */
  collection_was_reset!: boolean;

  sizes!: ComparedSizes;

  /** CompreFace confirmed them, and does not have them under the person's subject any more. */
  missing!: DifferingExamples;

  /** Second copies of ours, and late arrivals that nobody wants any more. */
  duplicates!: DifferingExamples;

  /** Sent by us and wanted, but not in the ledger. */
  unrecorded!: DifferingExamples;

  /** Under our subjects, and not ours. They stay. Beyond 1,000 unknown examples this is said without a look at the photo. */
  foreign!: DifferingExamples;

  /** Uploads whose outcome is not known yet; they settle by themselves. */
  unsettled!: DifferingExamples;

  /** Ours, and to be removed: withdrawn, replaced, or of a face that is not eligible any more. */
  leaving!: DifferingExamples;

  foreign_subjects!: ForeignSubjects;

  orphaned_subjects!: OrphanedSubjects;

  audit!: AuditRecord;
}

/** What to repair. */
export class RepairBody {
  /**
   * Only needed when the collection was reset: all our examples are then sent anew.
   * @example 'collection_was_reset'
   */
  @IsOptional()
  @IsIn([RESET_CONFIRMATION])
  confirm?: typeof RESET_CONFIRMATION;
}

/** A training that a repair began. */
export class RepairJob {
  /** @example 12 */
  id!: number;

  /** @example 5 */
  person_id!: number;
}

/** The trainings that a repair began. */
export class RepairJobs {
  /** @example 1 */
  total!: number;

  /** At most 200. */
  shown!: RepairJob[];
}

/** A person that a repair left as it is. */
export class UnrepairedPerson {
  /** @example 7 */
  person_id!: number;

  /**
   * in_training: the active job mends it. no_eligible_face: there is nothing to send. queue_is_full: repair again later.
   * @example 'in_training'
   */
  reason!: 'in_training' | 'no_eligible_face' | 'queue_is_full';
}

/** The persons that a repair left as they are. */
export class UnrepairedPersons {
  /** @example 0 */
  total!: number;

  /** At most 200. */
  shown!: UnrepairedPerson[];
}

/** What a repair did. */
export class RepairDone {
  /** Incremental trainings that send the missing examples anew; they have begun. */
  jobs!: RepairJobs;

  /**
   * Second copies and late arrivals of ours.
   * @example 1
   */
  duplicates_removed!: number;

  /**
   * Withdrawn or replaced examples.
   * @example 0
   */
  leaving_removed!: number;

  /**
   * Empty subjects of deleted persons.
   * @example 0
   */
  subjects_removed!: number;
}

/** What a repair did not touch. */
export class RepairLeftAlone {
  /**
   * Examples under our subjects that are not ours.
   * @example 0
   */
  foreign!: number;

  foreign_subjects!: ForeignSubjects;

  /** @example 0 */
  orphaned_subjects!: number;

  /**
   * Uploads that settle by themselves.
   * @example 0
   */
  unsettled!: number;

  persons!: UnrepairedPersons;
}

/** What a repair did, and what it left alone. */
export class RepairAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Began 1 training, removed 1 example' */
  message!: string;

  done!: RepairDone;

  left_alone!: RepairLeftAlone;
}
