import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../../errors/error-body.js';
import { IdParam } from '../../persons/dto/id-and-page.dto.js';
import {
  FaceGroupsAnswer,
  FaceGroupsQuery,
  GroupNamedAnswer,
  NameGroupBody,
  SimilarFacesAnswer,
  SimilarFacesQuery,
} from './dto/similar-faces.dto.js';
import { FaceGroupsService } from './face-groups.service.js';
import { GroupNamingService } from './group-naming.service.js';
import { SimilarFacesService } from './similar-faces.service.js';

@ApiTags('Faces')
@Controller('faces')
export class SimilarFacesController {
  constructor(
    private readonly similarFaces: SimilarFacesService,
    private readonly faceGroups: FaceGroupsService,
    private readonly naming: GroupNamingService,
  ) {}

  /**
   * Group faces that nobody has named by how similar they are, the largest group first. Each face of a group is similar to the one in
   * its middle; a person who looks very different in places makes several groups.
   */
  @Get('groups')
  @ErrorAnswers('VALIDATION_ERROR')
  groups(@Query() query: FaceGroupsQuery): Promise<FaceGroupsAnswer> {
    return this.faceGroups.groups(query);
  }

  /** Name a group of faces: a new person, or one who is there, gets them all. */
  @Post('name-group')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS', 'INVALID_STATE')
  nameGroup(@Body() body: NameGroupBody): Promise<GroupNamedAnswer> {
    return this.naming.name(body);
  }

  /** List the faces that are most similar to a face, best first, with whose they are. */
  @Get(':id/similar')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'INSUFFICIENT_DATA')
  similar(@Param() { id }: IdParam, @Query() { limit }: SimilarFacesQuery): Promise<SimilarFacesAnswer> {
    return this.similarFaces.similarTo(id, limit);
  }
}
