import { execFileSync } from 'node:child_process';

/** The commit that is checked out, and whether its sources were changed since. */
export function commit(): string {
  const git = (...parameters: string[]): string =>
    execFileSync('git', parameters, { cwd: __dirname, encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') === '' ? '' : ' with changes')
    );
  } catch {
    return 'unknown';
  }
}
