import { Module } from '@nestjs/common';
import { PersonsModule } from '../persons/persons.module.js';
import { TrainingModule } from '../training/training.module.js';
import { ValidationModule } from '../validation/validation.module.js';
import { OverviewController } from './overview.controller.js';
import { OverviewService } from './overview.service.js';
import { RecognitionStatsService } from './recognition-stats.service.js';
import { StatsController } from './stats.controller.js';
import { StatsService } from './stats.service.js';

/** Read-only figures. */
@Module({
  imports: [PersonsModule, ValidationModule, TrainingModule],
  controllers: [StatsController, OverviewController],
  providers: [StatsService, OverviewService, RecognitionStatsService],
})
export class StatsModule {}
