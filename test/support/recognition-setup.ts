import type { ApiAnswer, ApiClient } from './api-client.js';
import { aFacePhoto, type FacePhotoOptions } from './face-photos.js';

/** Makes a person who looks like `look`, with so many faces, and trains them. */
export async function aTrainedPerson(api: ApiClient, look: number, name?: string, count = 3): Promise<number> {
  const { personId } = await api.aPersonWithFaces(count, look, name);
  await train(api, personId);
  return personId;
}

/** Trains a person now, and returns when the job has ended. */
export async function train(api: ApiClient, personId: number): Promise<void> {
  const config = { minFacesThreshold: 1 };
  const queued = await api.post(`/persons/${personId}/queue-training`, { trainingType: 'full', config });
  const { body } = await api.post('/training/process-queue');
  const job = (body.results as { id: number; status: string }[]).find(({ id }) => id === queued.body.trainingId);
  if (job?.status !== 'completed') throw new Error(`training did not complete: ${JSON.stringify(body)}`);
}

/** Sends a photo that nobody has sent before as the same file, and that is none of those a person was made with. */
export async function sendPhoto(api: ApiClient, options: FacePhotoOptions): Promise<ApiAnswer> {
  return sendFile(api, await freshBytes({ variant: 50, ...options }));
}

/** The drawn photo with something behind its last byte: other bytes, the same picture, the same similarity. */
export async function freshBytes(options: FacePhotoOptions): Promise<Buffer> {
  sent += 1;
  return Buffer.concat([await aFacePhoto(options), Buffer.from(`#${sent}`)]);
}

let sent = 0;

export async function sendFile(api: ApiClient, bytes: Buffer, field = 'file', name = 'photo.jpg'): Promise<ApiAnswer> {
  const form = new FormData();
  form.append(field, new Blob([new Uint8Array(bytes)]), name);
  return readAnswer(await fetch(`${api.baseUrl}/api/photos`, { method: 'POST', body: form }));
}

async function readAnswer(response: Response): Promise<ApiAnswer> {
  return { status: response.status, headers: response.headers, body: await response.json() };
}
