import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { AuditPlan, type AuditState } from './audit-plan.js';
import { ConsistencyRepair } from './consistency-repair.js';
import {
  type CollectionDifference,
  ConsistencyReport,
  type LedgerExample,
  type UnknownExample,
} from './consistency-report.js';
import { ConsistencyAnswer, type DifferingExamples, RepairAnswer, RepairBody } from './dto/consistency.dto.js';

const SHOWN = 200;

@ApiTags('CompreFace')
@Controller('compreface/consistency')
export class ConsistencyController {
  constructor(
    private readonly report: ConsistencyReport,
    private readonly mending: ConsistencyRepair,
    private readonly audits: AuditPlan,
  ) {}

  /** Compare our ledger with the collection in CompreFace, both ways and to the last page. Changes nothing. */
  @Get()
  @ErrorAnswers('EXTERNAL_SERVICE_ERROR')
  async compare(): Promise<ConsistencyAnswer> {
    return toAnswer(await this.report.compare(), await this.audits.state());
  }

  /**
   * Mend what differs: what is missing is sent anew by incremental trainings that begin at once, second copies of ours and what must leave
   * are removed. What we did not add is never removed.
   */
  @Post('repair')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'INVALID_STATE', 'EXTERNAL_SERVICE_ERROR')
  repair(@Body() body: RepairBody): Promise<RepairAnswer> {
    return this.mending.repair(body.confirm);
  }
}

function toAnswer(found: CollectionDifference, { stopped, audited, differing }: AuditState): ConsistencyAnswer {
  const { collection, ledger, unknown, subjectOf, orphanedSubjects } = found;
  const ofLedger = (rows: readonly LedgerExample[]): DifferingExamples => recorded(rows, subjectOf);
  const ofCollection = (examples: readonly UnknownExample[]): DifferingExamples => unrecorded(examples, subjectOf);
  const kinds = {
    missing: ofLedger(found.missing),
    duplicates: ofCollection([...unknown.copies, ...unknown.strays]),
    unrecorded: ofCollection(unknown.unrecorded),
    foreign: ofCollection(unknown.foreign),
    unsettled: ofLedger(found.unsettled),
    leaving: ofLedger(found.leaving),
  };
  return {
    success: true,
    consistent: orphanedSubjects.length === 0 && Object.values(kinds).every(({ total }) => total === 0),
    collection_was_reset: found.wasReset,
    sizes: {
      collection_examples: collection.examples,
      collection_subjects: collection.subjects,
      ledger_examples: ledger.examples,
      ledger_persons: ledger.persons,
    },
    ...kinds,
    foreign_subjects: found.foreignSubjects,
    orphaned_subjects: { total: orphanedSubjects.length, shown: orphanedSubjects.slice(0, SHOWN) },
    audit: { state: stopped ? 'stopped' : 'running', audited, differing },
  };
}

function recorded(rows: readonly LedgerExample[], subjectOf: ReadonlyMap<number, string>): DifferingExamples {
  const shown = rows.slice(0, SHOWN).map(({ person_id, face_id, image_id }) => ({
    person_id,
    subject: subjectOf.get(person_id) ?? null,
    face_id,
    image_id,
  }));
  return { total: rows.length, shown };
}

function unrecorded(examples: readonly UnknownExample[], subjectOf: ReadonlyMap<number, string>): DifferingExamples {
  const shown = examples.slice(0, SHOWN).map(({ personId, imageId }) => ({
    person_id: personId,
    subject: subjectOf.get(personId) ?? null,
    face_id: null,
    image_id: imageId,
  }));
  return { total: examples.length, shown };
}
