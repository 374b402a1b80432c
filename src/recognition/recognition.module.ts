import { Module } from '@nestjs/common';
import { MulterModule } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompreFaceModule } from '../compreface/compreface.module.js';
import { PhotoSettings } from '../config/settings.js';
import { PersonsModule } from '../persons/persons.module.js';
import { uploadOptions } from '../persons/photos/uploaded-files.js';
import { AutoRecognition } from './again/auto-recognition.js';
import { AutoRecognitionController } from './again/auto-recognition.controller.js';
import { FaceLook } from './again/face-look.js';
import { RecognitionLoop } from './again/recognition-loop.js';
import { SecondLook } from './again/second-look.js';
import { RecognitionBatches } from './batches/recognition-batches.js';
import { RecognitionBatchesController } from './batches/recognition-batches.controller.js';
import { TakingBack } from './batches/taking-back.js';
import { AutomaticLearning } from './decisions/automatic-learning.js';
import { CandidatePersons } from './decisions/candidate-persons.js';
import { DecisionRecords } from './decisions/decision-records.js';
import { PhotoDecisions } from './decisions/photo-decisions.js';
import { PhotoSituation } from './decisions/photo-situation.js';
import { StoredRecognitionSettings } from './entities/recognition-settings.entity.js';
import { KeptLibraryPhotos } from './library/kept-library-photos.js';
import { LibraryPhotos } from './library/library-photos.js';
import { LibraryRecords } from './library/library-records.js';
import { NewestDecisions } from './library/newest-decisions.js';
import { PendingLibraryPhotos } from './library/pending-library-photos.js';
import { PhotoFaces } from './library/photo-faces.js';
import { PhotoRecords } from './library/photo-records.js';
import { PhotoRemoval } from './library/photo-removal.js';
import { PhotosController } from './library/photos.controller.js';
import { ReviewModule } from './review/review.module.js';
import { RecognitionSettingsController } from './settings/recognition-settings.controller.js';
import { RecognitionSettingsService } from './settings/recognition-settings.service.js';

/** Persons are named in new photos, and people say whether that was right. */
@Module({
  imports: [
    CompreFaceModule,
    PersonsModule,
    ReviewModule,
    MulterModule.registerAsync({ inject: [PhotoSettings], useFactory: uploadOptions }),
    TypeOrmModule.forFeature([StoredRecognitionSettings]),
  ],
  controllers: [
    PhotosController,
    AutoRecognitionController,
    RecognitionSettingsController,
    RecognitionBatchesController,
  ],
  providers: [
    RecognitionSettingsService,
    // whose a face is
    PhotoDecisions,
    PhotoSituation,
    CandidatePersons,
    DecisionRecords,
    AutomaticLearning,
    // photos
    LibraryPhotos,
    KeptLibraryPhotos,
    LibraryRecords,
    PhotoFaces,
    PhotoRecords,
    PhotoRemoval,
    NewestDecisions,
    // looking again, and taking back
    FaceLook,
    AutoRecognition,
    SecondLook,
    PendingLibraryPhotos,
    RecognitionLoop,
    RecognitionBatches,
    TakingBack,
  ],
  exports: [RecognitionLoop],
})
export class RecognitionModule {}
