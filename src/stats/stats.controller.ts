import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { TrainingStatsAnswer } from './dto/stats.dto.js';
import { StatsService } from './stats.service.js';

@ApiTags('Training')
@Controller('training/stats')
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  /** Show the figures of training, and how healthy it is. */
  @Get()
  @ErrorAnswers()
  async training(): Promise<TrainingStatsAnswer> {
    return { success: true, stats: await this.stats.training() };
  }
}
