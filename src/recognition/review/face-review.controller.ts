import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../../errors/error-body.js';
import { IdParam } from '../../persons/dto/id-and-page.dto.js';
import { FaceStoryAnswer } from './dto/face-story.dto.js';
import {
  FaceReviewedAnswer,
  NeedsReviewQuery,
  ReviewFaceBody,
  WaitingFacesAnswer,
  WaitingFacesQuery,
} from './dto/review.dto.js';
import { FaceStoryService } from './face-story.service.js';
import { ReviewService } from './review.service.js';
import { WaitingFacesService } from './waiting-faces.service.js';

/** Also shows a face: the routes with a fixed path must stand before the one with an id, which would take `unidentified` for one. */
@ApiTags('Faces')
@Controller('faces')
export class FaceReviewController {
  constructor(
    private readonly waiting: WaitingFacesService,
    private readonly stories: FaceStoryService,
    private readonly reviews: ReviewService,
  ) {}

  /** List faces of whom nobody knows whose they are, newest first, each with the persons that it looks like. */
  @Get('unidentified')
  @ErrorAnswers('VALIDATION_ERROR')
  unidentified(@Query() query: WaitingFacesQuery): Promise<WaitingFacesAnswer> {
    return this.waiting.unidentified(query);
  }

  /** List faces with a suggestion that waits for an answer, newest first; on request also those assigned without asking. */
  @Get('needs-review')
  @ErrorAnswers('VALIDATION_ERROR')
  needsReview(@Query() query: NeedsReviewQuery): Promise<WaitingFacesAnswer> {
    return this.waiting.needsReview(query);
  }

  /** Show a face, what was decided on it, and why. */
  @Get(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  get(@Param() { id }: IdParam): Promise<FaceStoryAnswer> {
    return this.stories.tell(id);
  }

  /**
   * Confirm, correct or reject whom a face is suggested for or was assigned to. A confirmed face is trained with its person's next
   * training; of a rejected one the example leaves the collection at once, and the person is never suggested for it again.
   */
  @Post(':id/review')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS', 'INVALID_STATE')
  review(@Param() { id }: IdParam, @Body() body: ReviewFaceBody): Promise<FaceReviewedAnswer> {
    return this.reviews.review(id, body);
  }
}
