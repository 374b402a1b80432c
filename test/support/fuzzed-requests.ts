import type { ApiDocument, Operation, Schema } from './openapi-schema.js';
import { BOUNDARY, multipartBody, type RawPart } from './raw-http.js';

/** A request as it is sent. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

const ODD_TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1',
  '1.5',
  '1e309',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  '2147483647',
  '2147483648',
  '9'.repeat(400),
  'a'.repeat(5_000),
  '\u0000',
  '\ud800',
  '\u202e',
  'a\ufe0f'.repeat(300),
  '🙂'.repeat(150),
  "' OR 1=1 --",
  '%',
  '!_%',
  '../../etc/passwd',
  '<script>',
  '\r\nX: y',
  '${7*7}',
  '(((((((((a+)+)+)+)+',
  '2024-02-30T25:61:61Z',
  '* * * * *',
  'UTC',
  'full',
];
const CONTENT_TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  `multipart/form-data; boundary=${BOUNDARY}`,
  'multipart/form-data',
  '*/*',
  '',
];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];

/** Makes requests that are right in most of their parts and odd in some, from a seeded sequence. */
export class RequestFuzzer {
  constructor(
    private readonly document: ApiDocument,
    private readonly random: () => number,
    /** Ids and photos that are there, so that requests get behind the first check. */
    private readonly known: { readonly ids: readonly number[]; readonly photos: readonly Buffer[] },
  ) {}

  next(): FuzzedRequest {
    const operation = this.pick(this.document.operations);
    const type = this.typeFor(operation);
    const method = this.chance(0.05) ? this.pick(METHODS) : operation.method;
    const body = operation.requestBody
      ? this.bodyFor(operation, type)
      : this.chance(0.03)
        ? Buffer.from(this.oddText())
        : null;
    const headers = { ...(body && type !== '' ? { 'content-type': type } : {}), ...this.oddHeaders() };
    const sent = method === 'GET' || method === 'HEAD' ? null : body;
    return { method, path: this.pathFor(operation) + this.queryFor(operation), headers, body: sent };
  }

  private typeFor({ requestBody }: Operation): string {
    if (this.chance(0.15)) return this.pick(CONTENT_TYPES);
    return requestBody?.content['multipart/form-data']
      ? `multipart/form-data; boundary=${BOUNDARY}`
      : 'application/json';
  }

  private pathFor({ path }: Operation): string {
    const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(wellFormed(String(this.anId()))));
    return this.chance(0.03) ? `${filled}/${encodeURIComponent(wellFormed(this.oddText()))}` : filled;
  }

  private queryFor({ parameters }: Operation): string {
    const pairs = parameters
      .filter((parameter) => parameter.in === 'query' && this.chance(0.5))
      .map(({ name, schema }) => {
        const value = this.chance(0.5) ? this.oddText() : String(this.document.example(schema));
        return `${name}=${encodeURIComponent(wellFormed(value.slice(0, 2_000)))}`;
      });
    if (this.chance(0.05)) pairs.push(this.pick(['%', 'a[b]=c', '__proto__[x]=1', 'limit=1', '=', '&&&']));
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  }

  private bodyFor({ requestBody }: Operation, type: string): Buffer {
    const [content] = Object.values(requestBody?.content ?? {});
    if (type.startsWith('multipart')) return this.multipart();
    const value = content ? this.mutated(content.schema, 0) : {};
    const text = JSON.stringify(this.chance(0.05) ? this.oddValue(0) : value);
    return Buffer.from(this.chance(0.05) ? text.slice(0, Math.floor(this.random() * text.length)) : text);
  }

  /** The example of a schema, with some of it left out, changed or added. */
  private mutated(schema: Schema, depth: number): unknown {
    if (this.chance(0.12)) return this.oddValue(depth);
    const { type, properties, items } = this.document.resolve(schema);
    if (type === 'array')
      return Array.from({ length: this.pick([0, 1, 2, 2, 250]) }, () =>
        items ? this.mutated(items, depth + 1) : null,
      );
    if (type === 'integer' || type === 'number')
      return this.chance(0.6) ? this.anIdNumber() : this.document.example(schema);
    if (type !== 'object') return this.example(schema);
    const entries = Object.entries(properties ?? {}).filter(() => this.chance(0.85));
    const object = Object.fromEntries(entries.map(([name, inner]) => [name, this.mutated(inner, depth + 1)]));
    return this.chance(0.08) ? { ...object, [this.oddText().slice(0, 200)]: this.oddValue(depth) } : object;
  }

  /** Free text is now and then another one, so that not every second person is there already. */
  private example(schema: Schema): unknown {
    const example = this.document.example(schema);
    const isFree = typeof example === 'string' && this.document.resolve(schema).enum === undefined;
    return isFree && this.chance(0.5) ? `${example} ${Math.floor(this.random() * 1e6)}` : example;
  }

  private oddValue(depth: number): unknown {
    const plain = [
      null,
      true,
      false,
      0,
      -0,
      -1,
      1.5,
      2 ** 31,
      2 ** 53,
      1e308,
      this.oddText(),
      this.oddText(),
      this.oddText(),
    ];
    if (depth > 4 || this.chance(0.7)) return this.pick(plain);
    return this.chance(0.5)
      ? Array.from({ length: this.pick([0, 1, 3]) }, () => this.oddValue(depth + 1))
      : Object.fromEntries(
          Array.from({ length: this.pick([0, 1, 3]) }, () => [this.oddText().slice(0, 50), this.oddValue(depth + 1)]),
        );
  }

  private multipart(): Buffer {
    const parts = Array.from({ length: this.pick([0, 1, 1, 1, 2, 6]) }, () => this.part());
    const body = multipartBody(parts);
    if (this.chance(0.1)) return body.subarray(0, Math.floor(this.random() * body.length));
    const flipped = Buffer.from(body);
    if (this.chance(0.1)) flipped[Math.floor(this.random() * body.length)] = Math.floor(this.random() * 256);
    return flipped;
  }

  private part(): RawPart {
    if (this.chance(0.15)) {
      const name = this.chance(0.5) ? 'box' : this.oddText().slice(0, 150);
      return { disposition: `name="${name}"`, bytes: this.chance(0.5) ? '10,10,200,200' : this.oddText() };
    }
    const fileName = this.chance(0.3) ? this.oddText() : 'photo.jpg';
    return {
      disposition: `name="${this.chance(0.05) ? 'file' : 'files'}"; filename="${fileName}"`,
      bytes: this.photo(),
    };
  }

  /** A photo, whole, cut off, or with bytes changed. */
  private photo(): Buffer {
    if (this.chance(0.1)) return Buffer.from(this.oddText());
    const photo = Buffer.from(this.pick(this.known.photos));
    if (this.chance(0.4)) return photo;
    if (this.chance(0.3)) return photo.subarray(0, Math.floor(this.random() * photo.length));
    for (let i = 0; i < 20; i += 1) photo[Math.floor(this.random() * photo.length)] = Math.floor(this.random() * 256);
    return photo;
  }

  private oddHeaders(): Record<string, string> {
    if (!this.chance(0.1)) return {};
    return this.pick([
      { accept: 'image/*' },
      { 'accept-encoding': 'identity;q=0' },
      { 'content-encoding': 'gzip' },
      { 'x-http-method-override': 'DELETE' },
      { 'if-none-match': '*' },
      { range: 'bytes=5-1' },
      { cookie: 'x'.repeat(3_000) },
    ] as const);
  }

  private anId(): number | string {
    return this.chance(0.25) ? this.oddText().slice(0, 300) : this.anIdNumber();
  }

  private anIdNumber(): number {
    return this.chance(0.8) ? this.pick(this.known.ids) : Math.floor(this.random() * 100) - 5;
  }

  private oddText(): string {
    return this.pick(ODD_TEXTS);
  }

  private pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)]!;
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }
}

/** `encodeURIComponent` throws at half a character. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
