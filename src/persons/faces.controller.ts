import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Res, StreamableFile } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ErrorAnswers } from '../errors/error-body.js';
import {
  AssignFaceBody,
  BatchAssignBody,
  BatchAssignedAnswer,
  BulkAssignBody,
  BulkAssignedAnswer,
  FaceAssignedAnswer,
  FaceWithdrawnAnswer,
  ReassignFaceBody,
} from './dto/face-assignment.dto.js';
import { IdParam } from './dto/id-and-page.dto.js';
import { type AssignedFaces, FacesService } from './faces.service.js';
import { PersonRecords } from './person-records.js';

@ApiTags('Faces')
@Controller('faces')
export class FacesController {
  constructor(
    private readonly faces: FacesService,
    private readonly records: PersonRecords,
  ) {}

  /** Give a face to a person; one that was given to the person without asking is confirmed. The collection follows at the next training. */
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
    return this.assigned(await this.faces.assignEach(faceIds, personId));
  }

  /** Give several faces to a person, and say how sure you are and how you know; the answer says what became of each. */
  @Post('bulk-assign')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async bulkAssign(@Body() body: BulkAssignBody): Promise<BulkAssignedAnswer> {
    const by = { method: body.method ?? 'bulk', confidence: body.confidence ?? null };
    const done = await this.faces.assignEach(body.faceIds, body.personId, by);
    return { ...(await this.assigned(done)), results: [...done.results] };
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

  /** Give a face to another person. Its example leaves the former person at once, who is never suggested for it again. */
  @Put(':id/reassign')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS')
  async reassign(@Param() { id }: IdParam, @Body() { personId }: ReassignFaceBody): Promise<FaceAssignedAnswer> {
    const person = await this.faces.reassign(id, personId);
    return { success: true, message: 'Face reassigned', person: await this.records.showOne(person) };
  }

  /** Take a face from its person, who is never suggested for it again. The face stays; its example leaves the collection at once. */
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

  /** Say that a face is a stranger's: nothing is suggested for it any more, and it leaves its person, if it has one. */
  @Post(':id/mark-unknown')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async markUnknown(@Param() { id }: IdParam): Promise<FaceWithdrawnAnswer> {
    return { success: true, message: 'Face marked unknown', withdrawal: await this.faces.markUnknown(id) };
  }

  /** Delete a face, and its photo when it was the last face in it, unless that was sent for itself. Its example leaves the collection at once. */
  @Delete(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async delete(@Param() { id }: IdParam): Promise<FaceWithdrawnAnswer> {
    return { success: true, message: 'Face deleted', withdrawal: await this.faces.delete(id) };
  }

  private async assigned({ person, results }: AssignedFaces): Promise<BatchAssignedAnswer> {
    const successCount = results.filter(({ success }) => success).length;
    return {
      success: successCount > 0,
      message: `${successCount} of ${results.length} faces assigned`,
      person: await this.records.showOne(person),
      successCount,
      errorCount: results.length - successCount,
    };
  }
}
