import type { ValueTransformer } from 'typeorm';

/** Epoch milliseconds fit a double; some drivers still hand a BIGINT over as text. */
export const epochMsTransformer: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: number | string | null) => (value === null ? null : Number(value)),
};
