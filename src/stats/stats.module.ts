import { Module } from '@nestjs/common';
import { PersonsModule } from '../persons/persons.module.js';
import { TrainingModule } from '../training/training.module.js';
import { StatsController } from './stats.controller.js';
import { StatsService } from './stats.service.js';

/** Read-only figures. */
@Module({ imports: [PersonsModule, TrainingModule], controllers: [StatsController], providers: [StatsService] })
export class StatsModule {}
