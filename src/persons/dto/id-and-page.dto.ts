import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** The largest id that the databases hold. */
export const MAX_ID = 2_147_483_647;

/** The id in a path. */
export class IdParam {
  /**
   * Id of the record.
   * @example 1
   */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_ID)
  id!: number;
}

/** How much of a list to answer with. */
export class LimitQuery {
  /**
   * Most records to answer with.
   * @example 50
   */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;
}

/** A page of a list. */
export class PageQuery extends LimitQuery {
  /**
   * Which page, from 1.
   * @example 1
   */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page: number = 1;
}
