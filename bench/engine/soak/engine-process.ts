import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childrenOf, residentMegabytes } from '../resident.js';
import type { LoopDelays } from './loop-delay.js';

/** Resident MB of the serving process and of those with the models; NaN where it cannot be told. */
export interface Memory {
  readonly serving: number;
  readonly models: number;
}

/** The standalone engine, as `npm run compreface` starts it, with a probe of its event loop. */
export class EngineProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly apiKey: string,
    /** Ms from the start of the process until it listened. */
    readonly listeningMs: number,
  ) {}

  static async start(dataDir: string): Promise<EngineProcess> {
    const startedMs = performance.now();
    const flags = ['--require', join(__dirname, 'loop-delay.js'), 'dist/compreface/embedded/main.js'];
    const child = spawn(process.execPath, [...flags, '--port', '0', '--data', dataDir], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let url = '';
    for await (const line of createInterface({ input: child.stdout! })) {
      url = /service: (\S+)/.exec(line)?.[1] ?? url;
      const apiKey = /recognition key\s+(\S+)/.exec(line)?.[1];
      if (apiKey !== undefined) return new EngineProcess(child, url, apiKey, performance.now() - startedMs);
    }
    throw new Error('The engine has not started');
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  memory(): Memory {
    const pid = this.child.pid ?? 0;
    const models = childrenOf(pid).map((one) => residentMegabytes(one) ?? 0);
    return { serving: residentMegabytes(pid) ?? NaN, models: models.reduce((sum, one) => sum + one, 0) };
  }

  /** What the event loop of the serving process went through since the last call. */
  async loopDelays(): Promise<LoopDelays> {
    const answer = once(this.child, 'message') as Promise<[LoopDelays]>;
    this.child.send('delays');
    return (await answer)[0];
  }

  async stop(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }
}
