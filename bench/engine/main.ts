/**
 * Measures the embedded recognition models; never a test with a limit, as machines differ. Run from the repository:
 *   npx tsc -p bench/engine && node .cache/bench-engine/bench/engine/main.js            speed and memory
 *   … main.js -- DIR [DIR…]       accuracy on your own photos: a folder per person; nothing is stored or sent
 */
import { measureAccuracy } from './accuracy.js';
import { measureSpeed } from './speed.js';

async function main(): Promise<void> {
  const folders = process.argv.slice(2).filter((argument) => argument !== '--');
  if (folders.length === 0) await measureSpeed();
  else await measureAccuracy(folders);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
