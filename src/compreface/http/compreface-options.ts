/** What every path of CompreFace's API begins with. */
export const API_PATH = '/api/v1';

/** What `CompreFaceOptions` is made from; whatever has a default may be left out. */
export interface CompreFaceSettings {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly embedded: boolean;
  readonly settleMs: number;
  readonly connectTimeoutMs?: number | undefined;
  readonly headersTimeoutMs?: number | undefined;
  readonly totalTimeoutMs?: number | undefined;
  readonly probeTimeoutMs?: number | undefined;
  readonly maxConcurrency?: number | undefined;
  readonly version?: string | undefined;
  readonly calculator?: string | undefined;
}

/** Where CompreFace is and how long we wait for it. Printing the object shows no API key. */
export class CompreFaceOptions {
  /** As configured, without user name, password, query and trailing slash: fit for logs and error answers. */
  readonly shownUrl: string;
  /** Always ends in `/api/v1`, whether the configured address did or not. */
  readonly apiRoot: string;
  /** Whether the server is our own embedded engine. */
  readonly embedded: boolean;
  /** How long a call of unknown outcome may still store something, in ms; 0 for the embedded engine. */
  readonly settleMs: number;
  readonly connectTimeoutMs: number;
  /** From the start of a call to the answer's headers. Above CompreFace's own 60 s, so that its verdict reaches us. */
  readonly headersTimeoutMs: number;
  /** From the start of a call to the last byte of its answer. */
  readonly totalTimeoutMs: number;
  readonly probeTimeoutMs: number;
  /** Upper bound of the adaptive limit for calls that cost inference, at least 1. */
  readonly maxConcurrency: number;
  /** Release of the server, where it is known without asking, as that of the embedded engine is; else null. */
  readonly version: string | null;
  /** Name of the server's calculator, where it is known without asking; else null. */
  readonly calculator: string | null;
  readonly #apiKey: string;

  /** @throws TypeError when the address is no http or https URL. */
  constructor(settings: CompreFaceSettings) {
    const url = parseAddress(settings.baseUrl);
    this.shownUrl = shown(settings.baseUrl, url);
    this.apiRoot = rootOf(url);
    this.embedded = settings.embedded;
    this.settleMs = settings.settleMs;
    this.connectTimeoutMs = settings.connectTimeoutMs ?? 3_000;
    this.headersTimeoutMs = settings.headersTimeoutMs ?? 75_000;
    this.totalTimeoutMs = settings.totalTimeoutMs ?? 90_000;
    this.probeTimeoutMs = settings.probeTimeoutMs ?? 5_000;
    this.maxConcurrency = Math.max(1, settings.maxConcurrency ?? 64);
    this.version = settings.version ?? null;
    this.calculator = settings.calculator ?? null;
    this.#apiKey = settings.apiKey.trim();
  }

  get apiKey(): string {
    return this.#apiKey;
  }
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError('The address of CompreFace must be a URL like http://localhost:8000');
  }
  return url;
}

function rootOf(url: URL): string {
  const path = url.pathname.replace(/\/+$/, '');
  const login = url.username === '' ? '' : `${url.username}:${url.password}@`;
  return `${url.protocol}//${login}${url.host}${path.endsWith(API_PATH) ? path : path + API_PATH}`;
}

// Kept as the operator wrote it where that is safe: a URL object would drop `:80`.
function shown(address: string, url: URL): string {
  const safe = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return (safe ? address.trim() : url.origin + url.pathname).replace(/\/+$/, '');
}
