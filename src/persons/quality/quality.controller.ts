import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../../errors/error-body.js';
import { IdParam, PageQuery } from '../dto/id-and-page.dto.js';
import type { Face } from '../entities/face.entity.js';
import { exclusionOf } from '../face-state.js';
import { PersonQuality } from './person-quality.js';
import {
  QualitySettingsAnswer,
  QualitySettingsChangedAnswer,
  UpdateQualitySettingsBody,
} from './quality-settings.dto.js';
import { PersonQualityAnswer, TrainAnywayAnswer } from './quality.dto.js';
import { QualitySettingsService } from './quality-settings.service.js';
import { QualityVerdicts } from './quality-verdicts.js';
import { toQualityRecord } from './stored-quality.js';
import { TrainAnyway } from './train-anyway.js';

@ApiTags('Quality')
@Controller()
export class QualityController {
  constructor(
    private readonly settings: QualitySettingsService,
    private readonly verdicts: QualityVerdicts,
    private readonly trainAnyway: TrainAnyway,
    private readonly personQuality: PersonQuality,
  ) {}

  /** Show the limits of the quality gate. */
  @Get('quality/settings')
  @ErrorAnswers()
  async getSettings(): Promise<QualitySettingsAnswer> {
    return { success: true, settings: await this.settings.get() };
  }

  /**
   * Change the limits of the quality gate, for all replicas. All faces are judged anew from what was measured of them: those that are good
   * enough now are trained again; those that no longer are are kept out, unless their person was trained already: then it is only shown.
   */
  @Put('quality/settings')
  @ErrorAnswers('VALIDATION_ERROR')
  async updateSettings(@Body() body: UpdateQualitySettingsBody): Promise<QualitySettingsChangedAnswer> {
    const settings = await this.settings.update(body);
    return { success: true, settings, ...(await this.verdicts.judgeAll(settings)) };
  }

  /** Show how good a person's photos are for training: a page of its faces, worst first, and those that are nearly identical. */
  @Get('persons/:id/quality')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  ofPerson(@Param() { id }: IdParam, @Query() { limit, page }: PageQuery): Promise<PersonQualityAnswer> {
    return this.personQuality.of(id, limit, page);
  }

  /** Train a face although its quality is too low: whoever knows better than the gate says so here. */
  @Post('faces/:id/train-anyway')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'INVALID_STATE')
  async decideToTrain(@Param() { id }: IdParam): Promise<TrainAnywayAnswer> {
    const face = await this.trainAnyway.decide(id);
    return shown(face, 'The quality of the face no longer keeps it out of training');
  }

  /** Let the quality of a face count again. An example that it has leaves the collection at the next training. */
  @Delete('faces/:id/train-anyway')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async takeBack(@Param() { id }: IdParam): Promise<TrainAnywayAnswer> {
    return shown(await this.trainAnyway.takeBack(id), 'The quality of the face counts again');
  }
}

function shown(face: Face, message: string): TrainAnywayAnswer {
  const eligible = face.personId !== null && exclusionOf(face) === null;
  return { success: true, message, face_id: face.id, eligible, quality: toQualityRecord(face) };
}
