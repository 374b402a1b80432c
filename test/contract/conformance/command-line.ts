import { parseArgs } from 'node:util';
import type { Keys } from './target.js';

export const USAGE = `Usage: conformance --url URL --api-key KEY [options]

Asks a CompreFace everything that one can be asked from outside, and prints a line per case: expected, got, pass or fail.
Cases that write use subjects of their own, with random names, and remove them.

  --url URL               like http://127.0.0.1:8000
  --api-key KEY           of a recognition service
  --detection-key KEY     of a detection service; without it those cases are skipped
  --verification-key KEY  of a verification service; likewise
  --destructive           run the cases that can empty the collection, if the program finds it empty
  --help

Exit status: 0 all passed, 1 a case failed or the service cannot be reached, 2 wrong flags.
`;

export interface Conformance {
  readonly url: string;
  readonly keys: Keys;
  readonly destructive: boolean;
}

const FLAGS = {
  url: { type: 'string' },
  'api-key': { type: 'string' },
  'detection-key': { type: 'string' },
  'verification-key': { type: 'string' },
  destructive: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the flags. @throws Error with a complaint */
export function readFlags(args: readonly string[]): Conformance | 'help' {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  if (values.help) return 'help';
  const { url, 'api-key': recognition, 'detection-key': detection, 'verification-key': verification } = values;
  if (url === undefined || !URL.canParse(url)) throw new Error('--url takes the address of a CompreFace');
  if (recognition === undefined) throw new Error('--api-key is missing');
  const keys = { recognition, ...(detection && { detection }), ...(verification && { verification }) };
  return { url: url.replace(/\/+$/, ''), keys, destructive: values.destructive };
}
