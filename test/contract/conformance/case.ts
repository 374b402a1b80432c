import type { World } from './world.js';

/** What a case cannot do without. */
export type Need = 'detection key' | 'verification key' | 'an empty collection and --destructive';

/** One thing that a CompreFace does. */
export interface Case {
  readonly title: string;
  /** All answers that pass. The first is CompreFace's own; others are deviations that no client can trip over. */
  readonly expected: readonly string[];
  readonly needs?: Need;
  readonly run: (world: World) => Promise<string>;
}

/** Cases of one subject area. */
export interface CaseGroup {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** A case whose answer is compared with the answers given, the first of which is CompreFace's own. */
export function expecting(title: string, expected: string | readonly string[], run: Case['run'], needs?: Need): Case {
  const all = typeof expected === 'string' ? [expected] : expected;
  return { title, expected: all, run, ...(needs && { needs }) };
}

/** A case that holds or does not; `run` answers null when it holds, and otherwise what it saw. */
export function holding(title: string, run: (world: World) => Promise<string | null>, needs?: Need): Case {
  return expecting(title, 'yes', async (world) => (await run(world)) ?? 'yes', needs);
}

/** For a value of the wrong type: CompreFace answers without a body, which a server may fill. */
export const BAD_VALUE = ['400/-', '400/26'] as const;
