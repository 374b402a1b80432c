import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsNotEmpty, IsOptional, Matches } from 'class-validator';
import { MAX_ID, PageQuery } from './id-and-page.dto.js';
import { ShortText, WholeNumber } from './rules.js';

export const RECOGNITION_STATES = ['untrained', 'training', 'trained', 'failed'] as const;
export type RecognitionStatus = (typeof RECOGNITION_STATES)[number];

const trimmed = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.trim().normalize('NFC') : value,
);

const isName = applyDecorators(
  Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'name must not contain control characters' }),
  Matches(/[\p{L}\p{N}\p{P}\p{S}]/u, { message: 'name must contain a character that can be seen' }),
);

/** A new person. */
export class CreatePersonBody {
  /**
   * Name, unique without regard to case; 1 to 200 characters.
   * @example 'Jane Smith'
   */
  @trimmed
  @isName
  @ShortText(200)
  @IsNotEmpty()
  name!: string;

  /**
   * Whatever helps to tell the person; at most 1,000 characters.
   * @example 'Neighbour'
   */
  @IsOptional()
  @ShortText(1000)
  notes?: string | null;

  /**
   * Whether new photos may be assigned to this person without asking.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  auto_recognize?: boolean;
}

/** What to change of a person; what is left out stays. */
export class UpdatePersonBody {
  /**
   * Name, unique without regard to case; 1 to 200 characters.
   * @example 'Jane Miller'
   */
  @IsOptional()
  @trimmed
  @isName
  @ShortText(200)
  @IsNotEmpty()
  name?: string;

  /**
   * Whatever helps to tell the person; null removes it.
   * @example 'Neighbour, moved in 2024'
   */
  @IsOptional()
  @ShortText(1000)
  notes?: string | null;

  /**
   * Whether new photos may be assigned to this person without asking.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  auto_recognize?: boolean;
}

/** Which persons to list. */
export class ListPersonsQuery extends PageQuery {
  /**
   * Part of the name.
   * @example 'jane'
   */
  @IsOptional()
  @ShortText(200)
  search?: string;

  /**
   * Only persons of this state.
   * @example 'untrained'
   */
  @IsOptional()
  @IsIn(RECOGNITION_STATES)
  status?: RecognitionStatus;
}

/** A person as the API shows it. */
export class PersonRecord {
  /** @example 5 */
  id!: number;

  /** @example 'John Doe' */
  name!: string;

  /** @example null */
  notes!: string | null;

  /**
   * Faces assigned to the person, usable or not.
   * @example 15
   */
  face_count!: number;

  /**
   * Eligible faces: those that a training uses.
   * @example 15
   */
  training_face_count!: number;

  /**
   * Path of one face's image; null without a face.
   * @example '/api/faces/12/image'
   */
  sample_face_image!: string | null;

  /**
   * trained: at least one verified example. training: a job runs now; a person who had examples stays recognisable. failed: the last
   * training left no example.
   * @example 'trained'
   */
  recognition_status!: 'untrained' | 'training' | 'trained' | 'failed';

  /** @example true */
  auto_recognize!: boolean;

  /**
   * The person's name inside CompreFace; it never changes.
   * @example 'john-doe-k3f7x2'
   */
  compreface_subject!: string;

  /**
   * Verified examples in the collection.
   * @example 15
   */
  example_count!: number;

  /** @example '2023-06-17T09:00:00.000Z' */
  created_at!: Date;

  /** @example '2023-06-17T09:55:00.000Z' */
  updated_at!: Date;

  /** @example '2023-06-17T09:55:00.000Z' */
  last_trained_at!: Date | null;
}

/** One person. */
export class PersonAnswer {
  person!: PersonRecord;
}

/** How many persons there are; trained and untrained add up. */
export class PersonStatistics {
  /** @example 25 */
  total_persons!: number;

  /** @example 10 */
  trained_persons!: number;

  /** @example 15 */
  untrained_persons!: number;
}

/** A page of persons. */
export class PersonListAnswer {
  persons!: PersonRecord[];

  /**
   * Persons that fit the query, on all pages.
   * @example 25
   */
  total!: number;

  statistics!: PersonStatistics;
}

/** A person was deleted. */
export class PersonDeletedAnswer {
  /** @example 'Person deleted' */
  message!: string;

  /**
   * The faces stay, without a person.
   * @example 15
   */
  faces_unassigned!: number;

  /**
   * pending: the examples leave the collection in a moment, by themselves.
   * @example 'pending'
   */
  withdrawal!: 'done' | 'pending';
}

/** Who the person really is. */
export class MergePersonBody {
  /**
   * The person who stays.
   * @example 6
   */
  @WholeNumber(1, MAX_ID)
  into!: number;
}

/** Two persons have become one. */
export class PersonMergedAnswer {
  /** @example 'Person merged' */
  message!: string;

  /** The person who stays. */
  person!: PersonRecord;

  /** @example 12 */
  faces_moved!: number;

  /**
   * Faces that the person had already, byte for byte: they are left without a person, marked invalid.
   * @example 0
   */
  faces_left!: number;

  /**
   * pending: the examples of the person who is gone leave the collection in a moment, by themselves.
   * @example 'pending'
   */
  withdrawal!: 'done' | 'pending';
}
