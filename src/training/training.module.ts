import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompreFaceModule } from '../compreface/compreface.module.js';
import { PersonsModule } from '../persons/persons.module.js';
import { ValidationModule } from '../validation/validation.module.js';
import { Adoption } from './adoption.js';
import { Audit } from './audit.js';
import { AuditPlan } from './audit-plan.js';
import { AutoTrain } from './auto-train.js';
import { CollectionCheck } from './collection-check.js';
import { ConsistencyController } from './consistency.controller.js';
import { ConsistencyOfPerson } from './consistency-of-person.js';
import { ConsistencyRepair } from './consistency-repair.js';
import { ConsistencyReport } from './consistency-report.js';
import { Convergence } from './convergence.js';
import { CollectionAudit, CronSlot, QueueRunRow, StoredTrainingSettings } from './entities/bookkeeping.entity.js';
import { Example } from './entities/example.entity.js';
import { JobEvent, JobFace, JobResult } from './entities/job-records.entity.js';
import { TrainingJob } from './entities/training-job.entity.js';
import { ExampleCanary } from './example-canary.js';
import { ExampleUploads } from './example-uploads.js';
import { JobCleanup } from './job-cleanup.js';
import { JobControl } from './job-control.js';
import { JobCounters } from './job-counters.js';
import { JobEndings } from './job-endings.js';
import { JobEvents } from './job-events.js';
import { JobExecution } from './job-execution.js';
import { JobFaces } from './job-faces.js';
import { JobPool } from './job-pool.js';
import { JobQueue } from './job-queue.js';
import { JobRecords } from './job-records.js';
import { JobRunner, ValidationRunner } from './job-runner.js';
import { JobStore } from './job-store.js';
import { JobsController } from './jobs.controller.js';
import { Ledger } from './ledger.js';
import { Leftovers } from './leftovers.js';
import { PersonTraining } from './person-training.js';
import { PersonTrainingController } from './person-training.controller.js';
import { QueueProcessing } from './queue-processing.js';
import { QueueRuns } from './queue-runs.js';
import { Settlement } from './settlement.js';
import { TrainingController } from './training.controller.js';
import { TrainingSchedule } from './training-schedule.js';
import { TrainingService } from './training.service.js';
import { TrainingSettingsService } from './training-settings.service.js';
import { UnnamedExamples } from './unnamed-examples.js';
import { Upkeep } from './upkeep.js';
import { Withdrawals } from './withdrawals.js';
import { Worker } from './worker.js';

/** The queue, and the convergence of persons with the collection. */
@Module({
  imports: [
    CompreFaceModule,
    PersonsModule,
    ValidationModule,
    TypeOrmModule.forFeature([
      TrainingJob,
      JobFace,
      JobEvent,
      JobResult,
      Example,
      StoredTrainingSettings,
      CronSlot,
      QueueRunRow,
      CollectionAudit,
    ]),
  ],
  controllers: [TrainingController, JobsController, PersonTrainingController, ConsistencyController],
  providers: [
    // the queue
    JobStore,
    JobQueue,
    JobControl,
    JobCleanup,
    JobCounters,
    JobEndings,
    JobEvents,
    JobFaces,
    JobRecords,
    PersonTraining,
    // one attempt on a job
    JobExecution,
    JobRunner,
    ValidationRunner,
    Convergence,
    ExampleUploads,
    ExampleCanary,
    Settlement,
    UnnamedExamples,
    Adoption,
    CollectionCheck,
    Ledger,
    // looking after it later
    AuditPlan,
    Audit,
    ConsistencyOfPerson,
    ConsistencyReport,
    ConsistencyRepair,
    // who starts them
    JobPool,
    QueueProcessing,
    QueueRuns,
    Worker,
    Upkeep,
    Withdrawals,
    Leftovers,
    TrainingService,
    AutoTrain,
    TrainingSettingsService,
    TrainingSchedule,
  ],
  exports: [JobCounters, AuditPlan],
})
export class TrainingModule {}
