import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlName } from './control-server.js';
import type { Pace } from './core-queue.js';
import type { FakeCompreFace, FakeCompreFaceOptions, StoreReport } from './fake-compreface.js';
import type { FaultRule } from './faults.js';
import type { RequestReport } from './request-log.js';
import type { CalculatorName } from './similarity.js';

/** Starts a fake CompreFace in a process of its own: its store outlives every process of ours that a test kills. */
export async function spawnFakeCompreFace(options: FakeCompreFaceOptions = {}): Promise<FakeCompreFace> {
  const register = path.join(__dirname, '..', 'typescript-register.cjs');
  const main = path.join(__dirname, 'main.ts');
  const child = spawn(process.execPath, ['-r', register, main, JSON.stringify(options)], { stdio: 'pipe' });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString('utf8')));
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'close')])) as unknown[];
  if (typeof line !== 'string') throw new Error(`the fake CompreFace did not start: ${complaints}`);
  child.stderr.pipe(process.stderr);
  return new SpawnedCompreFace(child, JSON.parse(line) as Announcement);
}

interface Announcement {
  readonly url: string;
  readonly apiKey: string;
  readonly controlUrl: string;
}

class SpawnedCompreFace implements FakeCompreFace {
  readonly url: string;
  readonly apiKey: string;
  private readonly controlUrl: string;

  constructor(
    private readonly child: ChildProcess,
    { url, apiKey, controlUrl }: Announcement,
  ) {
    this.url = url;
    this.apiKey = apiKey;
    this.controlUrl = controlUrl;
  }

  store(): Promise<StoreReport> {
    return this.ask('store');
  }

  requests(): Promise<RequestReport> {
    return this.ask('requests');
  }

  script(rule: FaultRule): Promise<void> {
    return this.ask('script', rule);
  }

  clearScript(): Promise<void> {
    return this.ask('clearScript');
  }

  setPace(pace: Partial<Pace>): Promise<void> {
    return this.ask('setPace', pace);
  }

  setCalculator(calculator: CalculatorName): Promise<void> {
    return this.ask('setCalculator', calculator);
  }

  addForeignExample(subject: string, photoBase64: string): Promise<string> {
    return this.ask('addForeignExample', subject, photoBase64);
  }

  settled(): Promise<void> {
    return this.ask('settled');
  }

  clearRequests(): Promise<void> {
    return this.ask('clearRequests');
  }

  reset(): Promise<void> {
    return this.ask('reset');
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.stdin?.end();
    await ended;
  }

  private async ask<T>(name: ControlName, ...parameters: readonly unknown[]): Promise<T> {
    const response = await fetch(`${this.controlUrl}/${name}`, { method: 'POST', body: JSON.stringify(parameters) });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return JSON.parse(text) as T;
  }
}
