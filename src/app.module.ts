import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { CompreFaceModule } from './compreface/compreface.module.js';
import { type Environment } from './config/load-settings.js';
import { SettingsModule } from './config/settings.module.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { PersonsModule } from './persons/persons.module.js';
import { RecognitionModule } from './recognition/recognition.module.js';
import { StatsModule } from './stats/stats.module.js';
import { TimeModule } from './time/time.module.js';
import { TrainingModule } from './training/training.module.js';
import { ValidationModule } from './validation/validation.module.js';

/** The application's table of contents, in the order in which its parts may import each other. */
@Module({})
export class AppModule {
  /** Throws `SettingsError` when the environment is not right. Without an environment: that of the process. */
  static forEnvironment(environment?: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.from(environment),
        TimeModule,
        DatabaseModule,
        CompreFaceModule,
        PersonsModule,
        ValidationModule,
        TrainingModule,
        RecognitionModule,
        StatsModule,
        HealthModule,
        ScheduleModule.forRoot(),
      ],
    };
  }
}
