import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompreFaceModule } from '../compreface/compreface.module.js';
import { EmbeddingBackfill } from '../persons/embeddings/embedding-backfill.js';
import { PersonsModule } from '../persons/persons.module.js';
import { CollectionValidation } from './collection-validation.js';
import { ValidationOfPerson, ValidationRun } from './entities/validation-run.entity.js';
import { FormulaCheck } from './formula-check.js';
import { PersonValidationController } from './person-validation.controller.js';
import { PersonNameLookup } from './person-names.js';
import { StoredEmbeddings } from './stored-embeddings.js';
import { ValidationRunRecords } from './validation-run-records.js';
import { ValidationRuns } from './validation-runs.js';
import { ValidationService } from './validation.service.js';
import { ValidationsController } from './validations.controller.js';

/** Measuring how well persons would be recognised. */
@Module({
  imports: [CompreFaceModule, PersonsModule, TypeOrmModule.forFeature([ValidationRun, ValidationOfPerson])],
  controllers: [ValidationsController, PersonValidationController],
  providers: [
    ValidationService,
    CollectionValidation,
    ValidationRuns,
    ValidationRunRecords,
    StoredEmbeddings,
    EmbeddingBackfill,
    FormulaCheck,
    PersonNameLookup,
  ],
  exports: [ValidationService, ValidationRunRecords],
})
export class ValidationModule {}
