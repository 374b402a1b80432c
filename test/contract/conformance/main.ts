// Run with: node --require ./test/support/typescript-register.cjs test/contract/conformance/main.ts --url URL --api-key KEY
import type { Need } from './case.js';
import { type Conformance, readFlags, USAGE } from './command-line.js';
import { cutPhotos } from './photos.js';
import { runAll } from './run.js';
import { CONFORMANCE } from './table.js';
import { Target } from './target.js';
import { World } from './world.js';

async function conform({ url, keys, destructive }: Conformance): Promise<number> {
  const target = new Target(url, keys);
  const { status } = await target.send('GET', '/recognition/subjects');
  if (status !== 200) throw new Error(`GET /api/v1/recognition/subjects with the key was answered ${status}`);
  const world = new World(target, await cutPhotos());
  const given = new Set<Need>();
  if (keys.detection !== undefined) given.add('detection key');
  if (keys.verification !== undefined) given.add('verification key');
  if (destructive) given.add('an empty collection and --destructive');
  let isStopped = false;
  process.once('SIGINT', () => {
    isStopped = true;
  });
  return runAll(CONFORMANCE, world, { given, print: console.log, isStopped: () => isStopped });
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (flags === 'help') console.log(USAGE);
  else
    process.exitCode = await conform(flags).then(
      (failed) => (failed > 0 ? 1 : 0),
      (error: unknown) => {
        console.error(`The service cannot be tested: ${error instanceof Error ? error.message : String(error)}`);
        return 1;
      },
    );
}

main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
});
