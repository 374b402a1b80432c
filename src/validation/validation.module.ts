import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ValidationOfPerson, ValidationRun } from './entities/validation-run.entity.js';
import { ValidationService } from './validation.service.js';

/** Measuring how well persons would be recognised. */
@Module({
  imports: [TypeOrmModule.forFeature([ValidationRun, ValidationOfPerson])],
  providers: [ValidationService],
  exports: [ValidationService],
})
export class ValidationModule {}
