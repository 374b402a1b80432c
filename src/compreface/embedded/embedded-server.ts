import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { Analyses } from './analysis/analyses.js';
import { type ApiKeys, resolveApiKeys } from './api-keys.js';
import { embeddedApp } from './embedded-app.js';
import { BodyBudget } from './intake/body-budget.js';
import { ImageIntake } from './intake/image-intake.js';
import { type FaceAnalyser, MODEL_VERSIONS } from './models/face-analyser.js';
import type { Engine } from './routes/engine.js';
import { Collection } from './store/collection.js';
import { Calls } from './wire/call.js';
import type { EmbeddedLogger } from './wire/error-answers.js';

export interface EmbeddedServerOptions {
  /** Folder of the collection, made when it is not there; one process at a time. */
  readonly dataDir: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Stays the caller's: closing the server does not close it. */
  readonly analyser: FaceAnalyser;
  /** Those not given are made on the first start and kept in the data folder. */
  readonly apiKeys?: Partial<ApiKeys>;
  readonly logger?: EmbeddedLogger;
  /** Whether web pages of other origins may call, as CompreFace lets them; default false. */
  readonly forBrowsers?: boolean;
  /** Time in ms from the first byte of a request to its answer; default 60,000, as CompreFace waits for its core. */
  readonly deadlineMs?: number;
  /** Time in ms for a request to arrive whole; default 30,000. */
  readonly receiveMs?: number;
}

/** A running CompreFace-compatible server. */
export interface EmbeddedServer {
  /** Without a slash at its end, like `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly apiKeys: ApiKeys;
  /** Refuses new requests, gives those under way 5 s, closes the store. Calling it again waits for the same end. */
  close(): Promise<void>;
}

/** Memory that all request bodies may take together. */
const BODY_BUDGET_BYTES = 256 * 1024 * 1024;
const MAX_CONNECTIONS = 512;
const CLOSE_GRACE_MS = 5_000;
const quiet: EmbeddedLogger = { error: () => undefined };

/** Starts a CompreFace of its own. @throws DomainError INVALID_STATE when the data folder is in use or damaged */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const logger = options.logger ?? quiet;
  const collection = Collection.open(options.dataDir, MODEL_VERSIONS.calculator);
  try {
    const apiKeys = resolveApiKeys(options.dataDir, options.apiKeys);
    const engine = assemble(options, collection, logger);
    const server = createHttpServer(options.receiveMs ?? 30_000);
    server.on('request', embeddedApp(engine, { keys: apiKeys, logger, forBrowsers: options.forBrowsers ?? false }));
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(server, 'listening');
    const swept = sweep(collection, logger);
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => (closing ??= stop(server, engine, swept));
    return { url: urlOf(server), apiKeys, close };
  } catch (error) {
    collection.close();
    throw error;
  }
}

function assemble(options: EmbeddedServerOptions, collection: Collection, logger: EmbeddedLogger): Engine {
  const budget = new BodyBudget(BODY_BUDGET_BYTES);
  return {
    calls: new Calls(options.deadlineMs ?? 60_000),
    collection,
    budget,
    intake: new ImageIntake(budget),
    analyses: new Analyses(options.analyser, Math.max(availableParallelism(), 2), logger),
  };
}

function createHttpServer(receiveMs: number): Server {
  const server = createServer({
    requestTimeout: receiveMs,
    headersTimeout: Math.min(10_000, receiveMs),
    connectionsCheckingInterval: Math.min(1_000, receiveMs),
    // Longer than clients keep idle connections: a client must not send into one that is being closed.
    keepAliveTimeout: 75_000,
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function sweep(collection: Collection, logger: EmbeddedLogger): Promise<void> {
  await collection.sweepPhotos().catch((error: unknown) => {
    logger.error(`Embedded engine: left-over photos could not be removed: ${String(error)}`);
  });
}

async function stop(server: Server, { calls, collection }: Engine, swept: Promise<void>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const grace = new AbortController();
  const graceOver = wait(CLOSE_GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined);
  await Promise.race([calls.settled(), graceOver]);
  grace.abort();
  server.closeAllConnections();
  await Promise.all([closed, calls.settled(), swept]);
  collection.close();
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
