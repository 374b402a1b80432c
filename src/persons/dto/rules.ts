import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsString, Max, Min, ValidateBy } from 'class-validator';

/** An integer within bounds. */
export function WholeNumber(minimum: number, maximum: number): PropertyDecorator {
  return applyDecorators(IsInt(), Min(minimum), Max(maximum), ApiProperty({ type: 'integer', minimum, maximum }));
}

/** An integer within bounds that comes as text, in a path or a query: decimal digits only, so that `1e3` and `0x1` stay mistakes. */
export function WholeNumberText(minimum: number, maximum: number): PropertyDecorator {
  const read = ({ value }: { value: unknown }): unknown =>
    typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return applyDecorators(Transform(read), WholeNumber(minimum, maximum));
}

/**
 * Text of at most so many characters, counted as the databases do. class-validator's `MaxLength` does not count variation selectors,
 * and the column would be too short.
 */
export function ShortText(maxLength: number): PropertyDecorator {
  const fits = ValidateBy({
    name: 'shortText',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && [...value].length <= maxLength,
      defaultMessage: (args) => `${args?.property ?? 'text'} must be at most ${maxLength} characters long`,
    },
  });
  return applyDecorators(IsString(), fits, ApiProperty({ maxLength }));
}
