/** The keys of a service; those of detection and verification may be unknown. */
export interface Keys {
  readonly recognition: string;
  readonly detection?: string;
  readonly verification?: string;
}

/** An answer, read whole. `json` is undefined when the body is none. */
export interface Reply {
  readonly status: number;
  readonly bytes: Buffer;
  readonly json: Json;
}

// Answers of a service that is being tested: nothing about them is certain.
export type Json = { readonly [key: string]: Json } & readonly Json[] & (string | number | boolean | undefined);

export interface FilePart {
  readonly bytes: Buffer;
  readonly name: string;
}

type Parts = Readonly<Record<string, FilePart | string>>;

/** A CompreFace, or what says to be one, at a base URL. */
export class Target {
  constructor(
    readonly url: string,
    readonly keys: Keys,
  ) {}

  /** Sends to `/api/v1` + path, with the key of the service in the path unless the headers name one. */
  async send(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
    const headers = new Headers(init.headers);
    if (!headers.has('x-api-key')) headers.set('x-api-key', this.keyFor(path));
    return this.sendWithoutKey(method, path, { ...init, headers });
  }

  async sendWithoutKey(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      signal: AbortSignal.timeout(90_000),
      ...init,
      method,
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, bytes, json: parse(bytes) };
  }

  sendJson(method: string, path: string, body: unknown): Promise<Reply> {
    return this.sendText(method, path, JSON.stringify(body));
  }

  sendText(method: string, path: string, body: string, type = 'application/json'): Promise<Reply> {
    return this.send(method, path, { body, headers: { 'content-type': type } });
  }

  sendForm(path: string, parts: Parts): Promise<Reply> {
    const form = new FormData();
    for (const [name, part] of Object.entries(parts)) {
      if (typeof part === 'string') form.append(name, part);
      else form.append(name, new Blob([new Uint8Array(part.bytes)], { type: 'image/jpeg' }), part.name);
    }
    return this.send('POST', path, { body: form });
  }

  private keyFor(path: string): string {
    const { recognition, detection, verification } = this.keys;
    if (path.startsWith('/detection')) return detection ?? recognition;
    return path.startsWith('/verification') ? (verification ?? recognition) : recognition;
  }
}

/** Status and error code, as `400/28`; `-` stands for an answer without a code. */
export const verdict = ({ status, json }: Reply): string => `${status}/${json['code'] ?? '-'}`;

const NOTHING = {} as Json;

function parse(bytes: Buffer): Json {
  try {
    return (JSON.parse(bytes.toString()) as Json | null) ?? NOTHING;
  } catch {
    return NOTHING;
  }
}
