import type { Case, CaseGroup, Need } from './case.js';
import type { World } from './world.js';

export interface Outcome {
  readonly kind: 'pass' | 'fail' | 'skip';
  readonly got: string;
}

/** What the caller has given, so that cases which need more are skipped. */
export type Given = ReadonlySet<Need>;

/** Runs one case; a connection that breaks is an answer like any other: `reset`. */
export async function runCase({ run, expected, needs }: Case, world: World, given: Given): Promise<Outcome> {
  if (needs && !given.has(needs)) return { kind: 'skip', got: `needs ${needs}` };
  // The collection may have been filled since; this is looked at as late as can be.
  if (needs === 'an empty collection and --destructive' && !(await world.isEmpty()))
    return { kind: 'skip', got: 'the collection is not empty' };
  const got = await run(world).catch(described);
  return { kind: expected.includes(got) ? 'pass' : 'fail', got };
}

/** How a whole run goes. */
export interface Run {
  readonly given: Given;
  readonly print: (line: string) => void;
  /** Looked at before every case: true ends the run. */
  readonly isStopped: () => boolean;
}

/** Runs the cases, a line for each, and cleans up, also when it is stopped. Answers how many failed. */
export async function runAll(groups: readonly CaseGroup[], world: World, run: Run): Promise<number> {
  const counts = { pass: 0, fail: 0, skip: 0 };
  try {
    for (const { name, one } of groups.flatMap(({ name, cases }) => cases.map((one) => ({ name, one })))) {
      if (run.isStopped()) break;
      const { kind, got } = await runCase(one, world, run.given);
      counts[kind]++;
      run.print(`${kind}  ${name}: ${one.title} | expected ${one.expected.join(' or ')} | got ${got}`);
    }
  } finally {
    await world.cleanUp();
  }
  run.print(`${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped`);
  return counts.fail;
}

function described(error: unknown): string {
  if ((error as Error).message === 'fetch failed') return 'reset';
  return error instanceof Error ? error.message : String(error);
}
