import { IsOptional } from 'class-validator';
import { WholeNumberText } from './rules.js';

/** The largest id that the databases hold. */
export const MAX_ID = 2_147_483_647;

/** The id in a path. */
export class IdParam {
  /**
   * Id of the record.
   * @example 1
   */
  @WholeNumberText(1, MAX_ID)
  id!: number;
}

/** How much of a list to answer with. */
export class LimitQuery {
  /**
   * Most records to answer with.
   * @example 50
   */
  @IsOptional()
  @WholeNumberText(1, 200)
  limit: number = 50;
}

/** A page of a list. */
export class PageQuery extends LimitQuery {
  /**
   * Which page, from 1.
   * @example 1
   */
  @IsOptional()
  @WholeNumberText(1, 1_000_000)
  page: number = 1;
}
