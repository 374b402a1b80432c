import { aFacePhoto } from './face-photos.js';

/** An answer of the API. The body is whatever came; tests say what it must be. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test asserts on whatever the server sent
  readonly body: any;
}

export interface TestFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Speaks HTTP to the running application, as its users do. */
export class ApiClient {
  constructor(readonly baseUrl: string) {}

  get(path: string): Promise<ApiAnswer> {
    return this.send('GET', path);
  }

  post(path: string, body: unknown = {}): Promise<ApiAnswer> {
    return this.send('POST', path, body);
  }

  put(path: string, body: unknown): Promise<ApiAnswer> {
    return this.send('PUT', path, body);
  }

  delete(path: string): Promise<ApiAnswer> {
    return this.send('DELETE', path);
  }

  async upload(
    path: string,
    files: readonly TestFile[],
    fields: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    for (const { name, bytes } of files) form.append('files', new Blob([new Uint8Array(bytes)]), name);
    return this.read(await fetch(`${this.baseUrl}/api${path}`, { method: 'POST', body: form }));
  }

  /** Makes a person and returns its id. */
  async aPerson(name = `Person ${Math.random().toString(36).slice(2)}`): Promise<number> {
    const { body } = await this.post('/persons', { name });
    return body.person.id as number;
  }

  /** Makes a person with so many photos of the synthetic person `look`; returns the ids. */
  async aPersonWithFaces(count: number, look: number, name?: string): Promise<{ personId: number; faceIds: number[] }> {
    const personId = await this.aPerson(name);
    return { personId, faceIds: await this.addFaces(personId, count, look) };
  }

  /** Queues a person with whatever faces there are, and processes the queue. */
  async train(personId: number): Promise<void> {
    await this.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 1 } });
    await this.post('/training/process-queue');
  }

  async addFaces(personId: number, count: number, look: number, firstVariant = 0): Promise<number[]> {
    const files = await Promise.all(
      Array.from({ length: count }, async (_, index) => ({
        name: `photo-${firstVariant + index}.jpg`,
        bytes: await aFacePhoto({ person: look, variant: firstVariant + index }),
      })),
    );
    const { status, body } = await this.upload(`/persons/${personId}/faces`, files);
    if (status >= 400) throw new Error(`upload failed: ${JSON.stringify(body)}`);
    return (body.files as { face_id: number | null }[]).flatMap(({ face_id }) => face_id ?? []);
  }

  private async send(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const init =
      body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return this.read(await fetch(`${this.baseUrl}/api${path}`, { method, ...init }));
  }

  private async read(response: Response): Promise<ApiAnswer> {
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
}
