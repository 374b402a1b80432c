import { Module } from '@nestjs/common';
import { PersonsModule } from '../../persons/persons.module.js';
import { FaceReviewController } from './face-review.controller.js';
import { FaceStoryService } from './face-story.service.js';
import { JudgedFaces } from './judged-faces.js';
import { ReviewService } from './review.service.js';
import { WaitingFacesService } from './waiting-faces.service.js';

/** People say whose the faces are. */
@Module({
  imports: [PersonsModule],
  controllers: [FaceReviewController],
  providers: [JudgedFaces, WaitingFacesService, FaceStoryService, ReviewService],
  exports: [JudgedFaces],
})
export class ReviewModule {}
