/**
 * Measures the embedded engine; never a test with a limit, as machines differ.
 *   npm run bench:engine                     speed and memory of the models, and the search through a collection
 *   npm run bench:search                     the search alone
 *   npm run bench:engine -- DIR [DIR…]       accuracy on your own photos: a folder per person; nothing is stored or sent
 */
import { measureAccuracy } from './accuracy.js';
import { measureSearch } from './search.js';
import { measureSpeed } from './speed.js';

async function main(): Promise<void> {
  const [onlySearch, folders] = [process.argv.includes('--search'), process.argv.slice(2).filter(isFolder)];
  if (folders.length > 0) return measureAccuracy(folders);
  if (!onlySearch) await measureSpeed();
  measureSearch();
}

const isFolder = (argument: string): boolean => !argument.startsWith('--');

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
