import type { Json } from './target.js';

/** Subject and similarity of every match of a face. */
export const matches = (face: Json | undefined, field = 'subjects'): { subject: string; similarity: number }[] =>
  JSON.parse(JSON.stringify(face?.[field] ?? [])) as { subject: string; similarity: number }[];

export const numberAt = (value: Json | undefined): number => value as unknown as number;

/** Corners of a face's box, in the order left, top, right, bottom. */
export const corners = (face: Json | undefined): number[] =>
  ['x_min', 'y_min', 'x_max', 'y_max'].map((side) => numberAt(face?.['box']?.[side]));

/** Whether a number is given with five decimals at most. */
export const hasFiveDecimals = (value: number): boolean => Math.abs(value * 1e5 - Math.round(value * 1e5)) < 1e-6;

export const isDescending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value <= (values[i - 1] ?? value));
