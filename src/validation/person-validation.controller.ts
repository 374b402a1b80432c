import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { IdParam } from '../persons/dto/id-and-page.dto.js';
import { PersonsService } from '../persons/persons.service.js';
import { PersonValidationAnswer } from './dto/validation-runs.dto.js';
import { ValidationRunRecords } from './validation-run-records.js';

@ApiTags('Training')
@Controller('persons/:id/validation')
export class PersonValidationController {
  constructor(
    private readonly persons: PersonsService,
    private readonly records: ValidationRunRecords,
  ) {}

  /** Show what the newest validation of a person measured: a job of its own, or one of everybody. */
  @Get()
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async newest(@Param() { id }: IdParam): Promise<PersonValidationAnswer> {
    await this.persons.get(id);
    return this.records.newestOf(id);
  }
}
