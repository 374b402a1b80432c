import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../../errors/error-body.js';
import { RecognitionSettingsAnswer, UpdateRecognitionSettingsBody } from '../dto/recognition-settings.dto.js';
import { RecognitionSettingsService } from './recognition-settings.service.js';

@ApiTags('Recognition')
@Controller('recognition/settings')
export class RecognitionSettingsController {
  constructor(private readonly settings: RecognitionSettingsService) {}

  /** Show from which similarity a person is suggested or assigned, and what is learned without asking. */
  @Get()
  @ErrorAnswers()
  async getSettings(): Promise<RecognitionSettingsAnswer> {
    return { success: true, settings: await this.settings.get() };
  }

  /** Change the settings of recognition, for all replicas. Decisions that were made stay. */
  @Put()
  @ErrorAnswers('VALIDATION_ERROR')
  async updateSettings(@Body() body: UpdateRecognitionSettingsBody): Promise<RecognitionSettingsAnswer> {
    return { success: true, settings: await this.settings.update(body) };
  }
}
