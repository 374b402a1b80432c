import { Module } from '@nestjs/common';
import { CompreFaceModule } from '../compreface/compreface.module.js';
import { TrainingModule } from '../training/training.module.js';
import { HealthController } from './health.controller.js';

/** For load balancers and monitors. */
@Module({ imports: [CompreFaceModule, TrainingModule], controllers: [HealthController] })
export class HealthModule {}
