import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveApiKeys } from './api-keys.js';
import { isUuid } from './wire/authentication.js';

describe('API keys', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keys-'));
    file = join(folder, 'api-keys.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are three different UUIDs, made once', () => {
    const keys = resolveApiKeys(folder);
    expect(new Set(Object.values(keys)).size).toBe(3);
    expect(Object.values(keys).every(isUuid)).toBe(true);
    expect(resolveApiKeys(folder)).toEqual(keys);
  });

  it('are readable by their owner only', () => {
    resolveApiKeys(folder);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  it('may be given, and are not kept then', () => {
    const { recognition, detection } = resolveApiKeys(folder);
    const given = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
    expect(resolveApiKeys(folder, { recognition: given })).toMatchObject({ recognition: given, detection });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ recognition });
  });

  it.each(['', 'null', '{"recognition":"x"}'])('damaged as %j stop the start with advice', (text) => {
    writeFileSync(file, text);
    expect(() => resolveApiKeys(folder)).toThrow(/api-keys.json .* is damaged: restore it, or delete it/);
  });
});
