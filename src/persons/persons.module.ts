import { Module } from '@nestjs/common';
import { MulterModule } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompreFaceModule } from '../compreface/compreface.module.js';
import { PhotoSettings } from '../config/settings.js';
import { FaceDecision } from './decisions/face-decision.entity.js';
import { FaceDecisions } from './decisions/face-decisions.js';
import { NotThisPerson } from './decisions/not-this-person.entity.js';
import { RecognitionBatch } from './decisions/recognition-batch.entity.js';
import { FaceEmbedding } from './entities/face-embedding.entity.js';
import { Face } from './entities/face.entity.js';
import { Person } from './entities/person.entity.js';
import { Photo } from './entities/photo.entity.js';
import { Withdrawal } from './entities/withdrawal.entity.js';
import { FaceChanges } from './face-changes.js';
import { FaceOwnership } from './face-ownership.js';
import { FacesController } from './faces.controller.js';
import { FacesService } from './faces.service.js';
import { PersonCounters } from './person-counters.js';
import { PersonFacesController } from './person-faces.controller.js';
import { PersonMerging } from './person-merging.js';
import { PersonRecords } from './person-records.js';
import { PersonsController } from './persons.controller.js';
import { PersonsService } from './persons.service.js';
import { FaceFinder } from './photos/face-finder.js';
import { FaceRecords } from './photos/face-records.js';
import { FaceSearch } from './photos/face-search.js';
import { KeptFiles } from './photos/kept-files.js';
import { KeptPhotos } from './photos/kept-photos.js';
import { PendingPhotos } from './photos/pending-photos.js';
import { PhotoCanary } from './photos/photo-canary.js';
import { PhotoDecoding } from './photos/photo-decoding.js';
import { PhotoIntake } from './photos/photo-intake.js';
import { PhotoStore } from './photos/photo-store.js';
import { FaceLikeness } from './quality/face-likeness.js';
import { PersonQuality } from './quality/person-quality.js';
import { QualityController } from './quality/quality.controller.js';
import { QualityGate } from './quality/quality-gate.js';
import { QualitySettingsService } from './quality/quality-settings.service.js';
import { QualityUpkeep } from './quality/quality-upkeep.js';
import { QualityVerdicts } from './quality/quality-verdicts.js';
import { TrainAnyway } from './quality/train-anyway.js';
import { StoredQualitySettings } from './quality/quality-settings.entity.js';
import { uploadOptions } from './photos/uploaded-files.js';

/** Persons, their photos and faces. Knows nothing of training: a change raises the person's `desired_generation`. */
@Module({
  imports: [
    CompreFaceModule,
    MulterModule.registerAsync({ inject: [PhotoSettings], useFactory: uploadOptions }),
    TypeOrmModule.forFeature([
      Person,
      Photo,
      Face,
      FaceEmbedding,
      Withdrawal,
      FaceDecision,
      RecognitionBatch,
      NotThisPerson,
      StoredQualitySettings,
    ]),
  ],
  controllers: [PersonsController, PersonFacesController, QualityController, FacesController],
  providers: [
    PersonsService,
    PersonRecords,
    PersonCounters,
    PersonMerging,
    FacesService,
    FaceChanges,
    FaceOwnership,
    FaceDecisions,
    FaceFinder,
    FaceSearch,
    PhotoCanary,
    FaceRecords,
    KeptFiles,
    KeptPhotos,
    PhotoDecoding,
    PhotoIntake,
    PhotoStore,
    PendingPhotos,
    FaceLikeness,
    PersonQuality,
    QualityGate,
    QualitySettingsService,
    QualityVerdicts,
    QualityUpkeep,
    TrainAnyway,
  ],
  exports: [
    PersonsService,
    PersonRecords,
    PersonCounters,
    FacesService,
    FaceChanges,
    FaceOwnership,
    FaceDecisions,
    FaceSearch,
    KeptFiles,
    PhotoDecoding,
    PhotoStore,
    PendingPhotos,
    QualityGate,
    QualitySettingsService,
    QualityUpkeep,
  ],
})
export class PersonsModule {}
