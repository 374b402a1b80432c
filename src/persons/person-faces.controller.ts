import {
  Body,
  Controller,
  Get,
  Param,
  Post,
  Query,
  Res,
  UploadedFiles,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { FilesInterceptor } from '@nestjs/platform-express';
import { ApiBody, type ApiBodyOptions, ApiConsumes, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { In } from 'typeorm';
import { Database } from '../database/database.js';
import { ErrorAnswers } from '../errors/error-body.js';
import { FaceListAnswer, UploadAnswer, UploadFacesBody } from './dto/face.dto.js';
import { IdParam, PageQuery } from './dto/id-and-page.dto.js';
import { Face } from './entities/face.entity.js';
import { toFaceRecord } from './face-record.js';
import { FacesService } from './faces.service.js';
import { PersonsService } from './persons.service.js';
import { PhotoIntake, type Verdict } from './photos/photo-intake.js';
import { parseBox, uploadAnswer, uploadStatus } from './photos/upload-answer.js';
import { UploadSizeGuard } from './photos/upload-size.guard.js';
import { removeUploads } from './photos/upload-storage.js';
import { MAX_FILES, shownName } from './photos/uploaded-files.js';

/** The multipart body for Swagger, which knows no class for files. */
const UPLOAD_BODY: ApiBodyOptions = {
  schema: {
    type: 'object',
    required: ['files'],
    properties: {
      files: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        items: { type: 'string', format: 'binary' },
        description: '1 to 100 images (JPEG, PNG, WebP, GIF, TIFF), 25 MB each, 500 MB together',
      },
      box: {
        type: 'string',
        description: 'For one photo with several faces: the box of the right one, x_min,y_min,x_max,y_max in pixels',
      },
    },
  },
};

@ApiTags('Persons')
@Controller('persons/:id/faces')
export class PersonFacesController {
  constructor(
    private readonly persons: PersonsService,
    private readonly faces: FacesService,
    private readonly intake: PhotoIntake,
    private readonly db: Database,
  ) {}

  /** List a person's faces, a page at a time. */
  @Get()
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async list(@Param() { id }: IdParam, @Query() { limit, page }: PageQuery): Promise<FaceListAnswer> {
    const { faces, total } = await this.faces.listOf(id, limit, page);
    return { faces: faces.map(toFaceRecord), total };
  }

  /**
   * Upload photos of a person: one verdict per file, and a bad file never spoils the others.
   *
   * 201 when a face was kept, 200 when every photo was here already, 202 when CompreFace was away and the photos wait, 422 when no file
   * could be kept (413 or 415 when that was the reason for each).
   */
  @Post()
  @UseGuards(UploadSizeGuard)
  @UseInterceptors(FilesInterceptor('files', MAX_FILES))
  @ApiConsumes('multipart/form-data')
  @ApiBody(UPLOAD_BODY)
  @ApiResponse({ status: 200, description: 'Every photo was here already', type: UploadAnswer })
  @ApiResponse({ status: 201, description: 'At least one face was kept', type: UploadAnswer })
  @ApiResponse({
    status: 202,
    description: 'CompreFace is away; the photos are kept and looked at later',
    type: UploadAnswer,
  })
  @ErrorAnswers(
    'VALIDATION_ERROR',
    'NOT_FOUND',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'INSUFFICIENT_DATA',
    'INSUFFICIENT_STORAGE',
  )
  async upload(
    @Param() { id }: IdParam,
    @UploadedFiles() files: Express.Multer.File[] | undefined,
    @Body() body: UploadFacesBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<UploadAnswer> {
    const uploads = files ?? [];
    try {
      const chosen = parseBox(body.box, uploads.length);
      await this.persons.get(id);
      const photos = uploads.map(({ path, size, originalname }) => ({
        path,
        size,
        originalName: shownName(originalname),
      }));
      const verdicts = await this.intake.takeIn(id, photos, chosen);
      response.status(uploadStatus(verdicts));
      return uploadAnswer(verdicts, await this.keptFaces(verdicts));
    } finally {
      await removeUploads(uploads);
    }
  }

  private keptFaces(verdicts: readonly Verdict[]): Promise<Face[]> {
    const ids = verdicts.flatMap(({ faceId }) => (faceId === null ? [] : [faceId]));
    return this.db.reader.find(Face, { where: { id: In(ids) }, order: { id: 'ASC' } });
  }
}
