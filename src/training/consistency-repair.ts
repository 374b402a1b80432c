import { Injectable } from '@nestjs/common';
import { DomainError } from '../errors/domain-error.js';
import { AuditPlan } from './audit-plan.js';
import { ConsistencyOfPerson, type Mending } from './consistency-of-person.js';
import { type CollectionDifference, ConsistencyReport } from './consistency-report.js';
import { type RepairAnswer, RESET_CONFIRMATION, type UnrepairedPerson } from './dto/consistency.dto.js';

const SHOWN = 200;

/** Brings collection and ledger together again. Removes only what we added; each removal is by image id. */
@Injectable()
export class ConsistencyRepair {
  constructor(
    private readonly report: ConsistencyReport,
    private readonly person: ConsistencyOfPerson,
    private readonly audits: AuditPlan,
  ) {}

  /**
   * Throws `FaceEngineError` when CompreFace cannot be asked, and `INVALID_STATE` when nothing of ours is left in it and nobody has said
   * that this is known.
   */
  async repair(confirm?: string): Promise<RepairAnswer> {
    const found = await this.report.compare();
    if (found.wasReset && confirm !== RESET_CONFIRMATION) throw resetError(found);
    const tally = new Tally();
    for (const [personId, subject] of concerned(found)) {
      const difference = await this.person.look(personId, subject);
      const misplaced = difference.missing.flatMap(({ image_id }) =>
        image_id !== null && found.misplaced.has(image_id) ? image_id : [],
      );
      const missing = difference.missing.length;
      const reason = `Repair: ${missing} ${missing === 1 ? 'example was' : 'examples were'} missing in CompreFace`;
      tally.add(personId, await this.person.mend(difference, reason, misplaced));
    }
    await this.tidyUpDeleted(found, tally);
    await this.audits.resume();
    return tally.answer(found);
  }

  private async tidyUpDeleted(found: CollectionDifference, tally: Tally): Promise<void> {
    const deleted = await this.person.ofDeletedPersons(found.orphanedSubjects.map(({ subject }) => subject));
    for (const [subject, personId] of deleted) {
      const { examples, subjectRemoved } = await this.person.tidyUpDeleted(personId, subject);
      tally.duplicatesRemoved += examples;
      if (subjectRemoved) tally.subjectsRemoved += 1;
    }
  }
}

/** Every living person with something that can be mended. */
function concerned(found: CollectionDifference): Map<number, string> {
  const { copies, strays, unrecorded } = found.unknown;
  const ids = [
    ...found.missing.map(({ person_id }) => person_id),
    ...found.leaving.map(({ person_id }) => person_id),
    ...[...copies, ...strays, ...unrecorded].map(({ personId }) => personId),
  ];
  const persons = new Map<number, string>();
  for (const id of ids.sort((a, b) => a - b)) {
    const subject = found.subjectOf.get(id);
    if (subject !== undefined) persons.set(id, subject);
  }
  return persons;
}

function resetError(found: CollectionDifference): DomainError {
  const { examples, persons } = found.ledger;
  return new DomainError(
    'INVALID_STATE',
    `None of our ${examples} examples is in CompreFace any more: it was wiped, replaced or restored`,
    {
      examples,
      persons,
      remedy:
        'Check COMPREFACE_URL and COMPREFACE_API_KEY first. If the collection is really empty and is to be filled again, ' +
        `repeat the request with {"confirm": "${RESET_CONFIRMATION}"}`,
    },
  );
}

class Tally {
  duplicatesRemoved = 0;
  leavingRemoved = 0;
  subjectsRemoved = 0;
  private readonly jobs: { id: number; person_id: number }[] = [];
  private readonly leftAlone: UnrepairedPerson[] = [];

  add(personId: number, mending: Mending): void {
    this.duplicatesRemoved += mending.duplicatesRemoved;
    this.leavingRemoved += mending.leavingRemoved;
    if (mending.jobId !== null) this.jobs.push({ id: mending.jobId, person_id: personId });
    if (mending.leftAlone) this.leftAlone.push({ person_id: personId, reason: mending.leftAlone });
  }

  answer(found: CollectionDifference): RepairAnswer {
    const { jobs, leftAlone, duplicatesRemoved, leavingRemoved, subjectsRemoved } = this;
    const removed = duplicatesRemoved + leavingRemoved;
    return {
      success: true,
      message: `Began ${count(jobs.length, 'training')}, removed ${count(removed, 'example')}`,
      done: {
        jobs: { total: jobs.length, shown: jobs.slice(0, SHOWN) },
        duplicates_removed: duplicatesRemoved,
        leaving_removed: leavingRemoved,
        subjects_removed: subjectsRemoved,
      },
      left_alone: {
        foreign: found.unknown.foreign.length,
        foreign_subjects: found.foreignSubjects,
        orphaned_subjects: found.orphanedSubjects.length - subjectsRemoved,
        unsettled: found.unsettled.length,
        persons: { total: leftAlone.length, shown: leftAlone.slice(0, SHOWN) },
      },
    };
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
