import { Module } from '@nestjs/common';
import { PersonsModule } from '../../persons/persons.module.js';
import { RecognitionSettingsService } from '../settings/recognition-settings.service.js';
import { FaceGroupsService } from './face-groups.service.js';
import { FaceReviewController } from './face-review.controller.js';
import { FaceStoryService } from './face-story.service.js';
import { GroupNamingService } from './group-naming.service.js';
import { JudgedFaces } from './judged-faces.js';
import { ReviewService } from './review.service.js';
import { SimilarFacesController } from './similar-faces.controller.js';
import { SimilarFacesService } from './similar-faces.service.js';
import { WaitingFacesService } from './waiting-faces.service.js';

/** People say whose the faces are. */
@Module({
  imports: [PersonsModule],
  // In this order: `groups` is no id.
  controllers: [SimilarFacesController, FaceReviewController],
  providers: [
    JudgedFaces,
    WaitingFacesService,
    FaceStoryService,
    ReviewService,
    RecognitionSettingsService,
    SimilarFacesService,
    FaceGroupsService,
    GroupNamingService,
  ],
  exports: [JudgedFaces],
})
export class ReviewModule {}
