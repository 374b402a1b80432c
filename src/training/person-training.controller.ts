import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { IdParam, LimitQuery } from '../persons/dto/id-and-page.dto.js';
import { PersonRecords } from '../persons/person-records.js';
import { PersonsService } from '../persons/persons.service.js';
import { TrainingHistoryAnswer, TrainingQueuedAnswer, TrainingStartedAnswer } from './dto/training-answers.dto.js';
import { QueueTrainingBody } from './dto/training-requests.dto.js';
import { TrainingService } from './training.service.js';

@ApiTags('Training')
@Controller('persons/:id')
export class PersonTrainingController {
  constructor(
    private readonly training: TrainingService,
    private readonly persons: PersonsService,
    private readonly personRecords: PersonRecords,
  ) {}

  /** Queue a person for training. Nothing starts until the queue is processed. */
  @Post('queue-training')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS', 'INSUFFICIENT_DATA', 'RATE_LIMITED')
  async queueTraining(@Param() { id }: IdParam, @Body() body: QueueTrainingBody): Promise<TrainingQueuedAnswer> {
    return {
      success: true,
      message: 'Person queued for training',
      trainingId: await this.training.queueTraining(id, body),
    };
  }

  /** Queue a person and start at once; the work goes on after the answer. */
  @Post('train')
  @HttpCode(202)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS', 'INSUFFICIENT_DATA', 'RATE_LIMITED')
  async train(@Param() { id }: IdParam, @Body() body: QueueTrainingBody): Promise<TrainingStartedAnswer> {
    const trainingId = await this.training.trainNow(id, body);
    return {
      message: 'Training started',
      person: await this.personRecords.showOne(await this.persons.get(id)),
      trainingId,
    };
  }

  /** Show a person's trainings, newest first. */
  @Get('training-history')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async history(@Param() { id }: IdParam, @Query() { limit }: LimitQuery): Promise<TrainingHistoryAnswer> {
    const { person, jobs } = await this.training.history(id, limit);
    return { person: await this.personRecords.showOne(person), trainingHistory: jobs };
  }
}
