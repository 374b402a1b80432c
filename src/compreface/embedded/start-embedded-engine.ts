import { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from './embedded-server.js';
import { WorkerFaceAnalyser } from './models/worker-face-analyser.js';

/**
 * Starts the server with the real models, in threads that start with the first image. Closing it closes both.
 * @throws DomainError INVALID_STATE as `startEmbeddedServer`
 */
export async function startEmbeddedEngine(
  dataDir: string,
  options: Omit<EmbeddedServerOptions, 'dataDir' | 'analyser'> = {},
): Promise<EmbeddedServer> {
  const analyser = new WorkerFaceAnalyser();
  const server = await startEmbeddedServer({ ...options, dataDir, analyser });
  const close = async (): Promise<void> => {
    await server.close();
    await analyser.close();
  };
  return { ...server, close };
}
