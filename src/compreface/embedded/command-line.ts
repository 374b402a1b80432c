import { parseArgs } from 'node:util';
import type { EmbeddedServerOptions } from './embedded-server.js';
import { isUuid } from './wire/authentication.js';

export const USAGE = `Usage: compreface --data DIR [options]

Serves a CompreFace-compatible face recognition service from one process.

  --data DIR               folder of the face collection, made when it is not there
  --port N                 default 8000; 0 takes a free one
  --host H                 default 127.0.0.1: only this machine can call
  --api-key UUID           recognition key; default: made on the first start and kept in DIR
  --detection-key UUID     likewise
  --verification-key UUID  likewise
  --help
`;

export type CommandLine =
  | { readonly kind: 'serve'; readonly options: Omit<EmbeddedServerOptions, 'analyser'> }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly complaint: string };

const FLAGS = {
  data: { type: 'string' },
  port: { type: 'string', default: '8000' },
  host: { type: 'string', default: '127.0.0.1' },
  'api-key': { type: 'string' },
  'detection-key': { type: 'string' },
  'verification-key': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the flags; never throws. */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values } = parseArgs({ args: [...args], options: FLAGS });
    if (values.help) return { kind: 'help' };
    if (values.data === undefined || values.data === '') return wrong('--data is missing');
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65535) return wrong('--port takes a number from 0 to 65535');
    const apiKeys = readKeys(values);
    if (apiKeys === null) return wrong('a key must be a UUID like 3f2504e0-4f89-41d3-9a0c-0305e82c3301');
    return { kind: 'serve', options: { dataDir: values.data, port, host: values.host, apiKeys, forBrowsers: true } };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : 'the flags cannot be read');
  }
}

function readKeys(
  values: Readonly<Record<string, string | boolean | undefined>>,
): NonNullable<EmbeddedServerOptions['apiKeys']> | null {
  const given = Object.entries({
    recognition: values['api-key'],
    detection: values['detection-key'],
    verification: values['verification-key'],
  }).filter(([, key]) => key !== undefined);
  return given.every(([, key]) => isUuid(key)) ? Object.fromEntries(given) : null;
}

const wrong = (complaint: string): CommandLine => ({ kind: 'wrong', complaint });
