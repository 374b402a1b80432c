import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Findings, type Proof } from '../proof.js';

const ROOT = join(__dirname, '../../..');
const SUITES = [
  'test/integration',
  'test/e2e/jobs.spec.ts',
  'test/e2e/training-types.spec.ts',
  'test/e2e/auto-train.spec.ts',
  'test/e2e/outages.spec.ts',
];

interface JestReport {
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export const sameEverywhere: Proof = {
  id: 'P23',
  promise: 'SQLite and MariaDB behave the same: one suite, run on both',
  grounds: ['none'],
  run: async () => {
    const findings = new Findings();
    const { testResults } = await jest();
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const on = (name: string): Map<string, string> =>
      new Map(
        tests
          .filter(({ fullName }) => fullName.includes(` on ${name} `))
          .map(({ fullName, status }) => [fullName.replace(` on ${name} `, ' '), status]),
      );
    const [sqlite, mariaDb] = [on('SQLite'), on('MariaDB')];
    for (const [name, status] of sqlite) {
      findings.expect(status === 'passed', `${name} ${status} on SQLite`);
    }
    for (const [name, status] of mariaDb) {
      findings.expect(status === 'passed', `${name} ${status} on MariaDB`);
      findings.expect(sqlite.has(name), `${name} runs on MariaDB alone`);
    }
    const alone = [...sqlite.keys()].filter((name) => !mariaDb.has(name));
    findings.remark(
      `${mariaDb.size} specifications on both databases; on SQLite alone (its file and its lock): ${alone.length}`,
    );
    return findings.result(mariaDb.size);
  },
};

/** The report goes to a file: our own reporter prints its closing line where jest prints the report. */
async function jest(): Promise<JestReport> {
  const folder = mkdtempSync(join(tmpdir(), 'training-same-'));
  const file = join(folder, 'report.json');
  const program = join(ROOT, 'node_modules/jest/bin/jest.js');
  try {
    await new Promise<void>((resolve) => {
      // A specification that fails is in the report.
      execFile(
        process.execPath,
        [program, '--json', `--outputFile=${file}`, '--silent', ...SUITES],
        { cwd: ROOT, maxBuffer: 64 * 2 ** 20 },
        () => {
          resolve();
        },
      );
    });
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
