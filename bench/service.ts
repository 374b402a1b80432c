import { Agent, request } from 'node:http';
import type { DatabaseKind, TestDatabase } from '../test/support/databases.js';
import type { FakeCompreFace } from '../test/support/fake-compreface/fake-compreface.js';
import { spawnApp } from '../test/support/spawn-app.js';
import { wait } from './report.js';

interface ShownJob {
  readonly status: string;
}

/** The built service in a process of its own, over one kept connection and without a time limit. */
export class Service {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(private readonly app: Awaited<ReturnType<typeof spawnApp>>) {}

  static async start(
    place: TestDatabase,
    fake: FakeCompreFace,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Service> {
    return new Service(
      await spawnApp({
        ...place.environment,
        COMPREFACE_URL: fake.url,
        COMPREFACE_API_KEY: fake.apiKey,
        TRAINING_SCHEDULE_ENABLED: 'false',
        ...environment,
      }),
    );
  }

  /** A second connection to the same process. */
  beside(): Service {
    return new Service(this.app);
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.send('GET', path)) as T;
  }

  async post<T>(path: string, body: object = {}): Promise<T> {
    return JSON.parse(await this.send('POST', path, JSON.stringify(body))) as T;
  }

  /** The answer's text: for times without the work of the client. */
  send(method: string, path: string, body = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const call = request(`${this.app.api.baseUrl}/api${path}`, { method, agent: this.agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          if (response.statusCode !== undefined && response.statusCode < 400) resolve(text);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  /** Trains all faces of a person; resolves with the time it took in ms. */
  async train(personId: number, eachLook: () => void = () => undefined): Promise<number> {
    const startedAt = performance.now();
    const { trainingId } = await this.post<{ trainingId: number }>(`/persons/${personId}/train`, {
      trainingType: 'full',
    });
    for (;;) {
      await wait(100);
      eachLook();
      const { job } = await this.get<{ job: ShownJob }>(`/training/jobs/${trainingId}`);
      if (job.status === 'completed') return performance.now() - startedAt;
      if (job.status !== 'running' && job.status !== 'pending') throw new Error(`the training ended ${job.status}`);
    }
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.app.stop();
  }
}

/** The same database again, for `newTestApp`, which leaves it as it is when it closes. */
export function existing(kind: DatabaseKind, place: TestDatabase): DatabaseKind {
  return { name: kind.name, create: () => Promise.resolve({ ...place, drop: () => Promise.resolve() }) };
}
