import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../../errors/domain-error.js';

/** One key per service, each a UUID. */
export interface ApiKeys {
  readonly recognition: string;
  readonly detection: string;
  readonly verification: string;
}

const SERVICES = ['recognition', 'detection', 'verification'] as const;

/** The keys of this data folder, made on the first start and readable by its owner only; given ones win and are not kept. */
export function resolveApiKeys(dataDir: string, given: Partial<ApiKeys> = {}): ApiKeys {
  const complete = SERVICES.every((service) => given[service] !== undefined);
  const kept = complete ? makeKeys() : loadOrMake(join(dataDir, 'api-keys.json'));
  return { ...kept, ...given };
}

function loadOrMake(path: string): ApiKeys {
  if (existsSync(path)) return load(path);
  const keys = makeKeys();
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, path);
  return keys;
}

function load(path: string): ApiKeys {
  const keys = parse(readFileSync(path, 'utf8'));
  if (keys === null)
    throw new DomainError(
      'INVALID_STATE',
      'api-keys.json in the data folder of the embedded engine is damaged: restore it, or delete it to get new keys',
    );
  return keys;
}

function parse(text: string): ApiKeys | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return SERVICES.every((service) => typeof value?.[service] === 'string') ? (value as unknown as ApiKeys) : null;
  } catch {
    return null;
  }
}

const makeKeys = (): ApiKeys => ({
  recognition: randomUUID(),
  detection: randomUUID(),
  verification: randomUUID(),
});
