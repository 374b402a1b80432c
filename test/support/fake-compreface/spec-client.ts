import type { FakeCompreFace } from './fake-compreface.js';

export interface CallAnswer {
  readonly status: number;
  /** Null when the body is empty or no JSON. */
  readonly json: unknown;
}

export interface FaceList {
  readonly faces: readonly { readonly image_id: string; readonly subject: string }[];
  readonly total_elements: number;
}

interface CallOptions {
  readonly body?: string | FormData;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** The least that the specs of the fake need to talk to it; the product's own client is not used, so that each can be wrong alone. */
export class Client {
  constructor(private readonly fake: FakeCompreFace) {}

  async call(method: string, path: string, { body, key, signal }: CallOptions = {}): Promise<CallAnswer> {
    const response = await fetch(`${this.fake.url}/api/v1/recognition${path}`, {
      method,
      headers: {
        'x-api-key': key ?? this.fake.apiKey,
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      },
      redirect: 'manual',
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    return { status: response.status, json: parsed(text) };
  }

  addSubject(subject: string): Promise<CallAnswer> {
    return this.call('POST', '/subjects', { body: JSON.stringify({ subject }) });
  }

  addFace(subject: string | null, photo: Buffer, fileName = 'face.jpg', signal?: AbortSignal): Promise<CallAnswer> {
    const query = subject === null ? '' : `?subject=${encodeURIComponent(subject)}`;
    return this.sendPhoto(`/faces${query}`, photo, fileName, signal);
  }

  recognize(photo: Buffer, query = ''): Promise<CallAnswer> {
    return this.sendPhoto(`/recognize${query}`, photo);
  }

  sendPhoto(path: string, photo: Buffer, fileName = 'face.jpg', signal?: AbortSignal): Promise<CallAnswer> {
    const body = new FormData();
    body.append('file', new Blob([new Uint8Array(photo)]), fileName);
    return this.call('POST', path, { body, ...(signal && { signal }) });
  }

  async list(query: string): Promise<FaceList> {
    return (await this.call('GET', `/faces${query}`)).json as FaceList;
  }

  async download(imageId: string): Promise<Buffer> {
    const url = `${this.fake.url}/api/v1/recognition/faces/${imageId}/img`;
    const response = await fetch(url, { headers: { 'x-api-key': this.fake.apiKey } });
    return Buffer.from(await response.arrayBuffer());
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
