import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { OverviewAnswer } from './dto/overview.dto.js';
import { RecognitionStatsAnswer, RecognitionStatsQuery } from './dto/recognition-stats.dto.js';
import { OverviewService } from './overview.service.js';
import { RecognitionStatsService } from './recognition-stats.service.js';

@ApiTags('Stats')
@Controller('stats')
export class OverviewController {
  constructor(
    private readonly pictures: OverviewService,
    private readonly recognitionStats: RecognitionStatsService,
  ) {}

  /** Show the whole picture: persons, faces, photos, jobs, quality, and how right the recognition is. */
  @Get('overview')
  @ErrorAnswers()
  overview(): Promise<OverviewAnswer> {
    return this.pictures.overview();
  }

  /** Show how right the recognition was, over time and for each person, as people judged it. */
  @Get('recognition')
  @ErrorAnswers('VALIDATION_ERROR')
  recognition(@Query() query: RecognitionStatsQuery): Promise<RecognitionStatsAnswer> {
    return this.recognitionStats.stats(query);
  }
}
