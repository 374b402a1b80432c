import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread that runs analyser-thread. Built code has it as JavaScript beside this file; under jest this file is
 * TypeScript, and a plain thread, which knows no jest, needs the loader that compiles on require.
 */
export function startAnalyserThread(): Worker {
  const fromSources = __filename.endsWith('.ts');
  const entry = join(__dirname, fromSources ? 'analyser-thread.ts' : 'analyser-thread.js');
  const loader = ['--require', join(__dirname, '../testing/typescript-loader.cjs')];
  return new Worker(entry, { name: 'face-analyser', ...(fromSources ? { execArgv: loader } : {}) });
}
