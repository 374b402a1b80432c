import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { IdParam } from './dto/id-and-page.dto.js';
import {
  CreatePersonBody,
  ListPersonsQuery,
  MergePersonBody,
  PersonAnswer,
  PersonDeletedAnswer,
  PersonListAnswer,
  PersonMergedAnswer,
  UpdatePersonBody,
} from './dto/person.dto.js';
import { PersonMerging } from './person-merging.js';
import { PersonRecords } from './person-records.js';
import { PersonsService } from './persons.service.js';

@ApiTags('Persons')
@Controller('persons')
export class PersonsController {
  constructor(
    private readonly persons: PersonsService,
    private readonly records: PersonRecords,
    private readonly merging: PersonMerging,
  ) {}

  /** List persons, a page at a time, with how many are trained. */
  @Get()
  @ErrorAnswers('VALIDATION_ERROR')
  list(@Query() query: ListPersonsQuery): Promise<PersonListAnswer> {
    return this.persons.list(query);
  }

  /** Make a person. Its subject in CompreFace is fixed now and survives renaming. */
  @Post()
  @ErrorAnswers('VALIDATION_ERROR', 'ALREADY_EXISTS')
  async create(@Body() body: CreatePersonBody): Promise<PersonAnswer> {
    return { person: await this.records.showOne(await this.persons.create(body)) };
  }

  /** Show a person. */
  @Get(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async get(@Param() { id }: IdParam): Promise<PersonAnswer> {
    return { person: await this.records.showOne(await this.persons.get(id)) };
  }

  /** Change a person's name, notes or whether new photos may be assigned without asking. */
  @Put(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS')
  async update(@Param() { id }: IdParam, @Body() body: UpdatePersonBody): Promise<PersonAnswer> {
    return { person: await this.records.showOne(await this.persons.update(id, body)) };
  }

  /** Make one of two persons: the faces become the other one's, whose name and subject stay. The collection follows at the next training. */
  @Post(':id/merge')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async merge(@Param() { id }: IdParam, @Body() { into }: MergePersonBody): Promise<PersonMergedAnswer> {
    const { facesMoved, facesLeft, withdrawal } = await this.merging.merge(id, into);
    const person = await this.records.showOne(await this.persons.get(into));
    return { message: 'Person merged', person, faces_moved: facesMoved, faces_left: facesLeft, withdrawal };
  }

  /** Delete a person: the faces stay without a person, the examples and the subject leave the collection by themselves. */
  @Delete(':id')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async delete(@Param() { id }: IdParam): Promise<PersonDeletedAnswer> {
    const { facesUnassigned, withdrawal } = await this.persons.delete(id);
    return { message: 'Person deleted', faces_unassigned: facesUnassigned, withdrawal };
  }
}
