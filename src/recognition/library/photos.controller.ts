import {
  Controller,
  Delete,
  Get,
  Param,
  Post,
  Query,
  Res,
  StreamableFile,
  UploadedFiles,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { AnyFilesInterceptor } from '@nestjs/platform-express';
import { ApiBody, type ApiBodyOptions, ApiConsumes, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ErrorAnswers } from '../../errors/error-body.js';
import { fieldError } from '../../errors/validation.js';
import { IdParam, PageQuery } from '../../persons/dto/id-and-page.dto.js';
import { PhotoStore } from '../../persons/photos/photo-store.js';
import { UploadSizeGuard } from '../../persons/photos/upload-size.guard.js';
import { removeUploads } from '../../persons/photos/upload-storage.js';
import { shownName } from '../../persons/photos/uploaded-files.js';
import { PhotoAnswer, PhotoDeletedAnswer, PhotoListAnswer, PhotoTakenAnswer } from '../dto/photo.dto.js';
import { LibraryPhotos, type TakenIn } from './library-photos.js';
import { PhotoRecords } from './photo-records.js';
import { PhotoRemoval } from './photo-removal.js';

/** The multipart body for Swagger, which knows no class for files. */
const UPLOAD_BODY: ApiBodyOptions = {
  schema: {
    type: 'object',
    required: ['file'],
    properties: {
      file: { type: 'string', format: 'binary', description: 'One image (JPEG, PNG, WebP, GIF, TIFF), 25 MB at most' },
    },
  },
};

const STATUS: Readonly<Record<TakenIn['status'], number>> = { taken: 201, duplicate: 200, pending: 202 };

@ApiTags('Photos')
@Controller('photos')
export class PhotosController {
  constructor(
    private readonly library: LibraryPhotos,
    private readonly records: PhotoRecords,
    private readonly removal: PhotoRemoval,
    private readonly store: PhotoStore,
  ) {}

  /**
   * Send a photo, and learn who is in it. Each face is assigned, suggested for review, or stays unidentified.
   *
   * 201 when the photo was looked at, also when there is no face in it; 200 when the very same file is here already; 202 when CompreFace
   * is away and the photo waits.
   */
  @Post()
  @UseGuards(UploadSizeGuard)
  @UseInterceptors(AnyFilesInterceptor())
  @ApiConsumes('multipart/form-data')
  @ApiBody(UPLOAD_BODY)
  @ApiResponse({ status: 200, description: 'The very same file is here already', type: PhotoTakenAnswer })
  @ApiResponse({ status: 201, description: 'The photo was looked at', type: PhotoTakenAnswer })
  @ApiResponse({ status: 202, description: 'CompreFace is away; the photo is looked at later', type: PhotoTakenAnswer })
  @ErrorAnswers(
    'VALIDATION_ERROR',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'INSUFFICIENT_DATA',
    'INSUFFICIENT_STORAGE',
  )
  async upload(
    @UploadedFiles() files: Express.Multer.File[] | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PhotoTakenAnswer> {
    const uploads = files ?? [];
    try {
      const { path, size, originalname } = onlyFile(uploads);
      const { photoId, status } = await this.library.takeIn({ path, size, originalName: shownName(originalname) });
      response.status(STATUS[status]);
      return { ...(await this.records.show(photoId)), duplicate: status === 'duplicate' };
    } finally {
      await removeUploads(uploads);
    }
  }

  /** List photos, newest first, a page at a time. */
  @Get()
  @ErrorAnswers('VALIDATION_ERROR')
  list(@Query() { limit, page }: PageQuery): Promise<PhotoListAnswer> {
    return this.records.list(limit, page);
  }

  /** Show a photo with its faces, whom they look like, and what was decided. */
  @Get(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  get(@Param() { id }: IdParam): Promise<PhotoAnswer> {
    return this.records.show(id);
  }

  /** The photo itself, upright and without metadata. */
  @Get(':id/image')
  @ApiProduces('image/jpeg')
  @ApiResponse({ status: 200, description: 'The photo', schema: { type: 'string', format: 'binary' } })
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async image(@Param() { id }: IdParam, @Res({ passthrough: true }) response: Response): Promise<StreamableFile> {
    const { contentHash } = await this.records.get(id);
    const jpeg = await this.store.read('photos', contentHash);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'private, max-age=3600');
    return new StreamableFile(jpeg, { type: 'image/jpeg', length: jpeg.length });
  }

  /** Delete a photo with its faces. Their examples leave the collection at once. */
  @Delete(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async delete(@Param() { id }: IdParam): Promise<PhotoDeletedAnswer> {
    const { facesDeleted, withdrawal } = await this.removal.remove(id);
    return { success: true, message: 'Photo deleted', faces_deleted: facesDeleted, withdrawal };
  }
}

function onlyFile(files: readonly Express.Multer.File[]): Express.Multer.File {
  const [file] = files;
  if (!file || files.length > 1) throw fieldError('file', 'send exactly one image in the multipart field "file"');
  if (file.fieldname !== 'file') throw fieldError(file.fieldname.slice(0, 40), 'is not known here: use "file"');
  return file;
}
