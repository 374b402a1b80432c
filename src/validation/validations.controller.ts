import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { IdParam, LimitQuery, PageQuery } from '../persons/dto/id-and-page.dto.js';
import { CollectionValidation } from './collection-validation.js';
import {
  ValidateAllBody,
  ValidationRunAnswer,
  ValidationRunsAnswer,
  ValidationStartedAnswer,
} from './dto/validation-runs.dto.js';
import { ValidationRunRecords } from './validation-run-records.js';

@ApiTags('Training')
@Controller('training')
export class ValidationsController {
  constructor(
    private readonly validation: CollectionValidation,
    private readonly records: ValidationRunRecords,
  ) {}

  /**
   * Measure how well everybody would be recognised. The work goes on after the answer; nothing in the collection is changed. One run at a
   * time.
   */
  @Post('validate-all')
  @HttpCode(202)
  @ErrorAnswers('VALIDATION_ERROR', 'ALREADY_EXISTS')
  async validateAll(@Body() { targetFmr }: ValidateAllBody): Promise<ValidationStartedAnswer> {
    const validationId = await this.validation.start(targetFmr);
    return { success: true, message: 'Validation of all persons started', validationId };
  }

  /** Show the validations of everybody, newest first. */
  @Get('validations')
  @ErrorAnswers('VALIDATION_ERROR')
  async list(@Query() { limit }: LimitQuery): Promise<ValidationRunsAnswer> {
    return { success: true, ...(await this.records.list(limit)) };
  }

  /** Show a validation of everybody: how far it is, the summary, and a page of persons. */
  @Get('validations/:id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async get(@Param() { id }: IdParam, @Query() { limit, page }: PageQuery): Promise<ValidationRunAnswer> {
    return { success: true, ...(await this.records.detail(id, limit, page)) };
  }
}
