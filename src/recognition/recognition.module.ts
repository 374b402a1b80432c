import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersonsModule } from '../persons/persons.module.js';
import { ReviewModule } from './review/review.module.js';
import { StoredRecognitionSettings } from './entities/recognition-settings.entity.js';

/** Persons are named in new photos, and people say whether that was right. */
@Module({ imports: [PersonsModule, ReviewModule, TypeOrmModule.forFeature([StoredRecognitionSettings])] })
export class RecognitionModule {}
