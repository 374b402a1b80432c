import { join } from 'node:path';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ServerSettings } from '../../config/settings.js';
import { type EmbeddedServer, startEmbeddedServer } from './embedded-server.js';
import { EngineLease } from './engine-lease.js';
import { WorkerFaceAnalyser } from './models/worker-face-analyser.js';

/** The embedded CompreFace inside the application: on loopback, on a free port, with its collection below DATA_DIR. */
@Injectable()
export class EmbeddedEngine implements OnApplicationShutdown {
  private analyser: WorkerFaceAnalyser | undefined;
  private server: EmbeddedServer | undefined;

  constructor(
    private readonly settings: ServerSettings,
    private readonly lease: EngineLease,
  ) {}

  /** Listens in milliseconds; the models are loaded with the first photo. */
  async start(): Promise<EmbeddedServer> {
    await this.lease.take();
    const log = new Logger('EmbeddedEngine');
    this.analyser = new WorkerFaceAnalyser();
    this.server = await startEmbeddedServer({
      dataDir: join(this.settings.dataDir, 'compreface'),
      analyser: this.analyser,
      logger: {
        error: (message) => {
          log.error(message);
        },
      },
    });
    return this.server;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server?.close();
    await this.analyser?.close();
  }
}
