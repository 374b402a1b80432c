import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedServer } from '../../../src/compreface/embedded/embedded-server.js';
import { startEmbeddedEngine } from '../../../src/compreface/embedded/start-embedded-engine.js';
import type { Need } from './case.js';
import { cutPhotos } from './photos.js';
import { runCase } from './run.js';
import { CONFORMANCE } from './table.js';
import { Target } from './target.js';
import { World } from './world.js';

const EVERYTHING = new Set<Need>(['detection key', 'verification key', 'an empty collection and --destructive']);

/** The table that runs against any CompreFace, against the embedded engine with its real models. */
describe('the embedded engine', () => {
  let engine: EmbeddedServer;
  let world: World;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'conformance-'));
    engine = await startEmbeddedEngine(dataDir);
    world = new World(new Target(engine.url, engine.apiKeys), await cutPhotos());
  });
  afterAll(async () => {
    await world.cleanUp();
    const left = await world.subjects();
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  describe.each(CONFORMANCE)('$name', ({ cases }) => {
    it.each(cases)(
      '$title',
      async (one) => {
        const { kind, got } = await runCase(one, world, EVERYTHING);
        expect(one.expected).toContain(got);
        expect(kind).toBe('pass');
      },
      20_000,
    );
  });
});
