import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompreFaceModule } from '../compreface/compreface.module.js';
import { EmbeddingBackfill } from '../persons/embeddings/embedding-backfill.js';
import { PersonsModule } from '../persons/persons.module.js';
import { ValidationOfPerson, ValidationRun } from './entities/validation-run.entity.js';
import { FormulaCheck } from './formula-check.js';
import { PersonNameLookup } from './person-names.js';
import { StoredEmbeddings } from './stored-embeddings.js';
import { ValidationService } from './validation.service.js';

/** Measuring how well persons would be recognised. */
@Module({
  imports: [CompreFaceModule, PersonsModule, TypeOrmModule.forFeature([ValidationRun, ValidationOfPerson])],
  providers: [ValidationService, StoredEmbeddings, EmbeddingBackfill, FormulaCheck, PersonNameLookup],
  exports: [ValidationService],
})
export class ValidationModule {}
