import { rm } from 'node:fs/promises';
import type { DatabaseKind } from '../../support/databases.js';
import { emptyFolder } from '../../support/databases.js';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import type { NetworkMode } from '../../support/network-mode.js';
import type { SpawnedApp } from '../../support/spawn-app.js';
import { Findings, type Proof, type ProofContext } from '../proof.js';
import { jobRows, pause, until, untilIdle } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { RestartableMariaDb } from '../rig/restartable-mariadb.js';
import { Rig } from '../rig/rig.js';

const FACES = 30;
const RECOVERY_MS = 15_000;

export const databaseFaults: Proof = {
  id: 'P18',
  promise: 'Faults of the database lose nothing, end no process, and are over 15 s after the database is back',
  grounds: ['MariaDB'],
  run: async (context) => {
    const server = await RestartableMariaDb.start(['--innodb-snapshot-isolation=ON']);
    const proxy = await startFaultProxy({ port: server.port });
    const findings = new Findings();
    try {
      return await new Faults(server, proxy, context, findings).all();
    } finally {
      await proxy.setMode({ kind: 'pass' });
      await proxy.close();
      await server.stop();
    }
  },
};

class Faults {
  private rig!: Rig;
  private app!: SpawnedApp;
  private readonly recoveries = new Map<string, number>();

  constructor(
    private readonly server: RestartableMariaDb,
    private readonly proxy: FaultProxy,
    private readonly context: ProofContext,
    private readonly findings: Findings,
  ) {}

  async all() {
    this.rig = await Rig.open(this.kind(), { fake: { capacity: 4, latencyMs: 25 } });
    const { context, findings } = this;
    try {
      const url = this.rig.environment['DATABASE_URL']!.replace(`:${this.server.port}/`, `:${this.proxy.port}/`);
      this.app = await this.rig.spawn({ DATABASE_URL: url });
      const crops = await someCrops(FACES);
      const [kills, holes, deadlocks] = [context.count(20), context.count(20), context.count(200, 10)];
      for (let n = 0; n < kills; n += 1) await this.oneFault('kill -9 of the server', crops, () => this.killServer());
      context.progress('the server was killed');
      for (let n = 0; n < holes; n += 1) {
        const half = n % 2 === 1;
        await this.oneFault(half ? 'half-open connections' : 'black hole', crops, () =>
          this.spoilNetwork(half ? { kind: 'half-open' } : { kind: 'blackhole' }),
        );
      }
      context.progress('the network was spoilt');
      await this.forceDeadlocks(deadlocks, crops);
      for (const job of await jobRows(await this.rig.sql())) {
        const whole = job.state === 'completed' && job.faces_added === FACES;
        findings.expect(
          whole,
          `job ${job.id} is ${job.state} with ${job.faces_added} faces after ${job.attempt} attempts: ${job.error_code}`,
        );
      }
      findings.fail(...(await this.rig.violations()));
      for (const [what, ms] of this.recoveries)
        findings.remark(`${what}: writes again ${(ms / 1_000).toFixed(1)} s after its end at the latest`);
      findings.remark('innodb_snapshot_isolation=ON throughout');
      return findings.result(kills + holes + deadlocks);
    } finally {
      await this.rig.close();
    }
  }

  private kind(): DatabaseKind {
    const { server } = this;
    return {
      name: 'MariaDB',
      create: async () => {
        await server.query('CREATE DATABASE faults');
        const dataDir = emptyFolder();
        return {
          environment: {
            DB_TYPE: 'mariadb',
            DATABASE_URL: `mariadb://root@127.0.0.1:${server.port}/faults`,
            DATA_DIR: dataDir,
          },
          dataDir,
          drop: () => rm(dataDir, { recursive: true, force: true }),
        };
      },
    };
  }

  private async oneFault(
    what: string,
    crops: Awaited<ReturnType<typeof someCrops>>,
    fault: () => Promise<void>,
  ): Promise<void> {
    const people = await this.rig.seed(2, crops);
    for (const { id } of people) await this.app.api.post(`/persons/${id}/train`, { config: { maxFacesPerBatch: 8 } });
    await pause(this.context.random() * 300);
    await fault();
    const backMs = performance.now();
    await until(() => this.writes(), 60_000, `${what}: nothing can be written any more`);
    const recovery = performance.now() - backMs;
    this.recoveries.set(what, Math.max(recovery, this.recoveries.get(what) ?? 0));
    this.findings.expect(recovery <= RECOVERY_MS, `${what}: writes again after ${recovery.toFixed(0)} ms`);
    await untilIdle(await this.rig.sql(), 60_000);
  }

  /** Whether the service writes: settings are stored and read back, and it has not been started again. */
  private async writes(): Promise<boolean> {
    const answer = await Promise.race([
      this.app.api.put('/training/settings', { maxRetries: Math.floor(this.context.random() * 5) }).catch(() => null),
      pause(3_000).then(() => null),
    ]);
    return answer?.status === 200;
  }

  private async killServer(): Promise<void> {
    await this.server.kill();
    await pause(this.context.random() * 1_500);
    await this.server.restart();
  }

  private async spoilNetwork(mode: NetworkMode): Promise<void> {
    await this.proxy.setMode(mode);
    await pause(500 + this.context.random() * 2_500);
    await this.proxy.setMode({ kind: 'pass' });
  }

  /** Somebody else takes the rows that every transition needs in the opposite order, again and again. */
  private async forceDeadlocks(wanted: number, crops: Awaited<ReturnType<typeof someCrops>>): Promise<void> {
    const met = { deadlocks: 0, on: true };
    const disturber = (async (): Promise<void> => {
      while (met.on) {
        await this.server.query('SELECT 1').catch(() => undefined);
        met.deadlocks += await this.crossLocks();
      }
    })();
    const deadline = performance.now() + 240_000;
    while (met.deadlocks < wanted && performance.now() < deadline) {
      const people = await this.rig.seed(4, crops.slice(0, FACES));
      for (const { id } of people) await this.app.api.post(`/persons/${id}/train`, { config: { maxFacesPerBatch: 8 } });
      await untilIdle(await this.rig.sql(), 60_000);
    }
    met.on = false;
    await disturber;
    this.findings.expect(met.deadlocks >= wanted, `only ${met.deadlocks} deadlocks came about`);
    this.findings.remark(`${met.deadlocks} deadlocks forced upon transitions, none of them reached a job`);
  }

  private async crossLocks(): Promise<number> {
    return crossLocks(this.server.port);
  }
}

/** Locks counters from the last to the first, and the jobs after them: the service does it the other way round. Returns deadlocks. */
async function crossLocks(port: number): Promise<number> {
  const mysql = await import('mysql2/promise');
  const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', database: 'faults' });
  const before = await deadlocks(connection);
  try {
    await connection.query('BEGIN');
    await connection.query('UPDATE kept_sum SET value = value ORDER BY metric DESC, shard DESC');
    await connection.query("UPDATE training_job SET epoch = epoch WHERE state = 'running'");
    await connection.query('COMMIT');
  } catch {
    await connection.query('ROLLBACK').catch(() => undefined);
  }
  const after = await deadlocks(connection);
  await connection.end();
  await pause(20);
  return after - before;
}

async function deadlocks(connection: { query(sql: string): Promise<unknown> }): Promise<number> {
  const [rows] = (await connection.query("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")) as [{ Value: string }[]];
  return Number(rows[0]?.Value ?? 0);
}
