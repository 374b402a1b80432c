import { Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../../errors/error-body.js';
import { AutoRecognizeAnswer, AutoRecognizeQuery } from '../dto/auto-recognize.dto.js';
import { AutoRecognition } from './auto-recognition.js';

@ApiTags('Recognition')
@Controller('faces')
export class AutoRecognitionController {
  constructor(private readonly recognition: AutoRecognition) {}

  /**
   * Look again at faces that nobody has a name for: assign those that are clear, and suggest the others for review. Nobody trained: 422.
   * CompreFace away before anything was done: 502.
   */
  @Post('auto-recognize')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'INSUFFICIENT_DATA', 'EXTERNAL_SERVICE_ERROR')
  autoRecognize(@Query() { limit, minConfidence }: AutoRecognizeQuery): Promise<AutoRecognizeAnswer> {
    return this.recognition.lookAgain(limit, minConfidence ?? 0);
  }
}
