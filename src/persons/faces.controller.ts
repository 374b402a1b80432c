import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Res, StreamableFile } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ErrorAnswers } from '../errors/error-body.js';
import { DomainError } from '../errors/domain-error.js';
import {
  AssignFaceBody,
  BatchAssignBody,
  BatchAssignedAnswer,
  FaceAnswer,
  FaceAssignedAnswer,
  FaceWithdrawnAnswer,
  ReassignFaceBody,
} from './dto/face.dto.js';
import { IdParam } from './dto/id-and-page.dto.js';
import { toFaceRecord } from './face-record.js';
import { FacesService } from './faces.service.js';
import { PersonRecords } from './person-records.js';
import { PersonsService } from './persons.service.js';

@ApiTags('Faces')
@Controller('faces')
export class FacesController {
  constructor(
    private readonly faces: FacesService,
    private readonly persons: PersonsService,
    private readonly records: PersonRecords,
  ) {}

  /** Give a face to a person. The collection follows at the next training. */
  @Post('assign')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS', 'INVALID_STATE')
  async assign(@Body() { faceId, personId }: AssignFaceBody): Promise<FaceAssignedAnswer> {
    const person = await this.faces.assign(faceId, personId);
    return { success: true, message: 'Face assigned', person: await this.records.showOne(person) };
  }

  /** Give several faces to a person; one that cannot be given does not stop the others. */
  @Post('batch-assign')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async batchAssign(@Body() { faceIds, personId }: BatchAssignBody): Promise<BatchAssignedAnswer> {
    const person = await this.persons.get(personId);
    let errorCount = 0;
    for (const faceId of faceIds) {
      await this.faces.assign(faceId, personId).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
        errorCount += 1;
      });
    }
    const successCount = faceIds.length - errorCount;
    const message = `${successCount} of ${faceIds.length} faces assigned`;
    return { success: successCount > 0, message, person: await this.records.showOne(person), successCount, errorCount };
  }

  /** Show a face. */
  @Get(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async get(@Param() { id }: IdParam): Promise<FaceAnswer> {
    return { face: toFaceRecord(await this.faces.get(id)) };
  }

  /** The face's image, as CompreFace gets it. */
  @Get(':id/image')
  @ApiProduces('image/jpeg')
  @ApiResponse({ status: 200, description: 'The crop', schema: { type: 'string', format: 'binary' } })
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async image(@Param() { id }: IdParam, @Res({ passthrough: true }) response: Response): Promise<StreamableFile> {
    const jpeg = await this.faces.image(id);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'private, max-age=3600');
    return new StreamableFile(jpeg, { type: 'image/jpeg', length: jpeg.length });
  }

  /** Give a face to another person. Its example leaves the former person at once. */
  @Put(':id/reassign')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS')
  async reassign(@Param() { id }: IdParam, @Body() { personId }: ReassignFaceBody): Promise<FaceAssignedAnswer> {
    const person = await this.faces.reassign(id, personId);
    return { success: true, message: 'Face reassigned', person: await this.records.showOne(person) };
  }

  /** Take a face from its person. The face stays; its example leaves the collection at once. */
  @Delete(':id/person')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async unassign(@Param() { id }: IdParam): Promise<FaceWithdrawnAnswer> {
    return { success: true, message: 'Face unassigned', withdrawal: await this.faces.unassign(id) };
  }

  /** Keep a face out of training. It stays with its person; its example leaves the collection at once. */
  @Post(':id/mark-invalid')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async markInvalid(@Param() { id }: IdParam): Promise<FaceWithdrawnAnswer> {
    return { success: true, message: 'Face marked invalid', withdrawal: await this.faces.markInvalid(id) };
  }

  /** Delete a face, and its photo when it was the last face in it. Its example leaves the collection at once. */
  @Delete(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async delete(@Param() { id }: IdParam): Promise<FaceWithdrawnAnswer> {
    return { success: true, message: 'Face deleted', withdrawal: await this.faces.delete(id) };
  }
}
