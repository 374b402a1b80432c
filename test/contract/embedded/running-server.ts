import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedServer,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../../src/compreface/embedded/embedded-server.js';
import { ScriptedAnalyser } from './scripted-analyser.js';

/** An answer with its body read: JSON where it is JSON. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** A server on a data folder of its own, with a client that sends the right key unless told otherwise. */
export class RunningServer {
  private constructor(
    readonly server: EmbeddedServer,
    readonly dataDir: string,
    readonly analyser: ScriptedAnalyser,
    readonly faults: string[],
  ) {}

  static async start(options: Partial<EmbeddedServerOptions> = {}): Promise<RunningServer> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'embedded-'));
    const analyser = new ScriptedAnalyser();
    const faults: string[] = [];
    const logger = { error: (message: string) => faults.push(message) };
    const server = await startEmbeddedServer({ analyser, logger, ...options, dataDir });
    return new RunningServer(server, dataDir, analyser, faults);
  }

  /** Stops the server and removes its folder. */
  async remove(): Promise<void> {
    await this.server.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Sends to `/api/v1` + path. */
  async send(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
    const headers = { 'x-api-key': this.keyFor(path), ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${this.server.url}/api/v1${path}`, { ...init, method, headers });
    const text = await response.text();
    const json = text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, text, json };
  }

  sendJson(method: string, path: string, body: unknown): Promise<Reply> {
    return this.send(method, path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  }

  /** Sends a form: Buffers become file parts named `photo.jpg`, strings become fields. */
  sendForm(path: string, parts: Record<string, Buffer | string>, fileName = 'photo.jpg'): Promise<Reply> {
    const form = new FormData();
    for (const [name, value] of Object.entries(parts))
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, new Blob([new Uint8Array(value)]), fileName);
    return this.send('POST', path, { body: form });
  }

  /** Uploads an example and answers its id. */
  async upload(subject: string, photo: Buffer): Promise<string> {
    const reply = await this.sendForm(`/recognition/faces?subject=${encodeURIComponent(subject)}`, { file: photo });
    if (reply.status !== 201) throw new Error(`The upload was answered ${reply.status}: ${reply.text}`);
    return reply.json['image_id'] as string;
  }

  async subjects(): Promise<string[]> {
    return (await this.send('GET', '/recognition/subjects')).json['subjects'] as string[];
  }

  private keyFor(path: string): string {
    const { recognition, detection, verification } = this.server.apiKeys;
    if (path.startsWith('/detection')) return detection;
    return path.startsWith('/verification') ? verification : recognition;
  }
}

/** Status and code in one value, as the tables of errors have it. */
export const verdict = ({ status, json }: Reply): [number, unknown] => [status, json['code']];
