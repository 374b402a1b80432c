import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/**
 * Starts a process that runs analyser-process. It gets an environment of its own: what decodes strangers' images need not
 * know any password. Built code has the entry as JavaScript beside this file; under jest this file is TypeScript, and
 * the process, which knows no jest, needs the loader that compiles on require.
 */
export function startAnalyserProcess(): ChildProcess {
  const fromSources = __filename.endsWith('.ts');
  const entry = join(__dirname, fromSources ? 'analyser-process.ts' : 'analyser-process.js');
  const loader = ['--require', join(__dirname, '../testing/typescript-loader.cjs')];
  return fork(entry, {
    execArgv: fromSources ? loader : [],
    // glibc: fewer heaps, 50 to 80 MB less in memory at the same speed. Unknown elsewhere.
    env: { MALLOC_ARENA_MAX: '2' },
    // Structured clone: keeps Buffers, Float32Arrays and Sets what they are, and fast.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
