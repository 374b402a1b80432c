import type { DatabaseKind, TestDatabase } from '../../support/databases.js';
import type { FakeCompreFace, FakeCompreFaceOptions } from '../../support/fake-compreface/fake-compreface.js';
import { spawnFakeCompreFace } from '../../support/fake-compreface/spawn-fake-compreface.js';
import { brokenInvariants, type InvariantOptions } from '../../support/invariants.js';
import { SCALED_TIMES } from '../../support/new-test-app.js';
import { spawnApp, type SpawnedApp } from '../../support/spawn-app.js';
import { hostApp, type HostedApp } from './hosted-app.js';
import { type Crop, seedPeople, type SeededPerson } from './people.js';
import { openPlainSql, type PlainSql } from './plain-sql.js';

type Environment = Readonly<Record<string, string>>;

export interface RigOptions {
  readonly fake?: FakeCompreFaceOptions;
  /** For every replica, on top of the scaled times. */
  readonly environment?: Environment;
  /** Where replicas find CompreFace, when it is not the fake itself (a proxy before it). */
  readonly compreFaceUrl?: (fakeUrl: string) => Promise<string>;
}

/** One database, one fake CompreFace in a process of its own, and any number of replicas, here or in processes of their own. */
export class Rig {
  private readonly spawned = new Set<SpawnedApp>();
  private readonly hosted = new Set<HostedApp>();
  private outsider: PlainSql | undefined;

  private constructor(
    readonly place: TestDatabase,
    readonly fake: FakeCompreFace,
    readonly environment: Environment,
  ) {}

  static async open(kind: DatabaseKind, options: RigOptions = {}): Promise<Rig> {
    const place = await kind.create();
    const fake = await spawnFakeCompreFace({ capacity: 8, latencyMs: 2, ...options.fake });
    const url = options.compreFaceUrl ? await options.compreFaceUrl(fake.url) : fake.url;
    return new Rig(place, fake, {
      ...SCALED_TIMES,
      ...place.environment,
      COMPREFACE_URL: url,
      COMPREFACE_API_KEY: fake.apiKey,
      ...options.environment,
    });
  }

  /** A replica in a process of its own. */
  async spawn(more: Environment = {}): Promise<SpawnedApp> {
    const app = await spawnApp({ ...this.environment, ...more });
    this.spawned.add(app);
    void app.ended.then(() => this.spawned.delete(app));
    return app;
  }

  /** A replica in this process. */
  async host(more: Environment = {}): Promise<HostedApp> {
    const app = await hostApp({ ...this.environment, ...more });
    this.hosted.add(app);
    return app;
  }

  /** The database past the application; a replica must have been started once. */
  sql(): Promise<PlainSql> {
    return Promise.resolve((this.outsider ??= openPlainSql(this.place)));
  }

  async seed(count: number, crops: readonly Crop[]): Promise<SeededPerson[]> {
    return seedPeople(await this.sql(), this.place.dataDir, count, crops);
  }

  /** What is broken, now that nothing is being written. */
  async violations(options: InvariantOptions = {}): Promise<string[]> {
    await this.fake.settled();
    return brokenInvariants(await this.sql(), await this.fake.store(), options);
  }

  async close(): Promise<void> {
    await Promise.all([...this.hosted].map((app) => app.close()));
    await Promise.all([...this.spawned].map((app) => app.kill()));
    await this.outsider?.close();
    await this.fake.close();
    await this.place.drop();
  }
}
