// npm run test:mutants: takes one guard after the other out of a copy of the sources, and runs the specification that must notice.
// Ends with code 1 when one is not noticed, or when a specification fails on the sources as they are.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTANTS, type Mutant } from './mutant-list.js';

const ROOT = join(__dirname, '../..');

function main(): void {
  const copy = mkdtempSync(join(tmpdir(), 'training-mutants-'));
  try {
    for (const part of ['src', 'test', 'package.json', 'jest.config.cjs', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const specs = [...new Set(MUTANTS.map(({ spec }) => spec))];
    console.log(`the ${specs.length} specifications on the sources as they are …`);
    const healthy = passes(copy, specs);
    console.log(healthy ? 'all pass\n' : 'they do not pass\n');
    const outcomes = MUTANTS.map((mutant) => ({ mutant, noticed: isNoticed(copy, mutant) }));
    print(outcomes);
    process.exitCode = healthy && outcomes.every(({ noticed }) => noticed) ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function isNoticed(copy: string, mutant: Mutant): boolean {
  const originals = new Map<string, string>();
  for (const { file, from, to } of mutant.changes) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!originals.has(path)) originals.set(path, text);
    if (text.split(from).length !== 2) throw new Error(`${mutant.guard}: not exactly once in ${file}: ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  const noticed = !passes(copy, [mutant.spec], mutant.only);
  for (const [path, text] of originals) writeFileSync(path, text);
  console.log(`${noticed ? 'noticed ' : 'SURVIVED'} ${mutant.guard}`);
  return noticed;
}

function passes(copy: string, specs: readonly string[], only?: string): boolean {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const filter = only === undefined ? [] : ['-t', only];
  const { status } = spawnSync(process.execPath, [jest, '--silent', '--forceExit', ...specs, ...filter], {
    cwd: copy,
    stdio: 'ignore',
    timeout: 300_000,
  });
  return status === 0;
}

function print(outcomes: readonly { readonly mutant: Mutant; readonly noticed: boolean }[]): void {
  console.log('\n| guard that was taken out | what then happens | noticed by | |\n|---|---|---|---|');
  for (const { mutant, noticed } of outcomes) {
    const { guard, harm, spec } = mutant;
    console.log(`| ${guard} | ${harm} | ${spec} | ${noticed ? 'noticed' : '**survived**'} |`);
  }
}

main();
