import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { wait } from '../report.js';
import type { PhotoPath } from './dataset.js';

const LOOK_EVERY_MS = 200;
/** The API takes 100 files at once; a quarter of it keeps a request short. */
const FILES_AT_ONCE = 25;
const JSON_TYPE = { 'content-type': 'application/json' };

export interface Candidate {
  readonly person_id: number;
  readonly similarity: number;
}

/** What the service said about the largest face of a new photo; null where it found none. */
export interface RecognisedFace {
  readonly personId: number | null;
  readonly outcome: 'assigned' | 'suggested' | 'unidentified';
  readonly candidates: readonly Candidate[];
}

interface FaceShown {
  readonly person_id: number | null;
  readonly candidates: readonly Candidate[];
  readonly box: {
    readonly x_min: number;
    readonly x_max: number;
    readonly y_min: number;
    readonly y_max: number;
  } | null;
  readonly decision: { readonly outcome: RecognisedFace['outcome'] } | null;
}

interface RatesShown {
  readonly threshold: number;
  readonly fnmr: number | null;
  readonly fmr: number | null;
  readonly fpir: number | null;
}

/** As much of a validation's summary as is printed. */
export interface SummaryShown {
  readonly rank1_rate: number | null;
  readonly recommended_threshold: number | null;
  readonly recommended_basis: string | null;
  readonly at_review: RatesShown;
  readonly at_auto_assign: RatesShown;
  readonly at_recommended: RatesShown | null;
  readonly suspicious_faces: readonly { readonly face_id: number; readonly reason: string }[];
  readonly suspicious_total: number;
  readonly formula_check: { readonly compared: number; readonly agrees: boolean | null };
}

/** Speaks to a running service through its public API alone. */
export class EvaluatedService {
  constructor(private readonly baseUrl: string) {}

  /** Whether photos of poor quality are held back from training. */
  async setQualityGate(enabled: boolean): Promise<void> {
    await this.call('PUT', '/quality/settings', { enabled });
  }

  async addPerson(name: string): Promise<number> {
    const { person } = await this.call<{ person: { id: number } }>('POST', '/persons', { name });
    return person.id;
  }

  /** Sends a person's photos; returns the id of each one's face, null for a photo that was not taken. */
  async addPhotos(personId: number, photos: readonly PhotoPath[]): Promise<(number | null)[]> {
    const ids: (number | null)[] = [];
    for (let start = 0; start < photos.length; start += FILES_AT_ONCE) {
      const form = new FormData();
      for (const path of photos.slice(start, start + FILES_AT_ONCE))
        form.append('files', await blobOf(path), basename(path));
      const { body } = await this.send('POST', `/persons/${personId}/faces`, { body: form });
      const answer = body as { files?: Verdict[]; details?: { files?: Verdict[] } };
      ids.push(...(answer.files ?? answer.details?.files ?? []).map(({ face_id }) => face_id));
    }
    return ids;
  }

  /** Trains persons fully, and waits for it. */
  async train(personIds: readonly number[]): Promise<void> {
    for (const id of personIds) {
      const body = JSON.stringify({ trainingType: 'full', config: { minFacesThreshold: 1 } });
      const { status, body: answer } = await this.send('POST', `/persons/${id}/queue-training`, {
        headers: JSON_TYPE,
        body,
      });
      // 422: none of the person's photos can be trained. That is a result, too.
      if (status >= 400 && status !== 422) throw new Error(`queue-training: ${status} ${JSON.stringify(answer)}`);
    }
    await this.call('POST', '/training/process-queue', { config: { wait: false } });
    for (;;) {
      const { queue } = await this.call<{ queue: { counts: Readonly<Record<string, number>> } }>(
        'GET',
        '/training/queue',
      );
      if ((queue.counts['pending'] ?? 0) + (queue.counts['running'] ?? 0) === 0) return;
      await wait(LOOK_EVERY_MS);
    }
  }

  /** Sends a new photo, and reads what was decided on its largest face; null when there is none. */
  async recognise(photo: PhotoPath): Promise<RecognisedFace | null> {
    const form = new FormData();
    form.append('file', await blobOf(photo), basename(photo));
    const { status, body } = await this.send('POST', '/photos', { body: form });
    if (status >= 400) throw new Error(`POST /photos: ${status} ${JSON.stringify(body)}`);
    const [largest] = (body as { faces: FaceShown[] }).faces.toSorted((a, b) => areaOf(b) - areaOf(a));
    if (!largest) return null;
    return {
      personId: largest.person_id,
      outcome: largest.decision?.outcome ?? 'unidentified',
      candidates: largest.candidates,
    };
  }

  /** Measures everybody, and waits for it. */
  async validateAll(): Promise<SummaryShown> {
    const { validationId } = await this.call<{ validationId: number }>('POST', '/training/validate-all', {});
    for (;;) {
      const { validation } = await this.call<{
        validation: { state: string; error: unknown; summary: SummaryShown | null };
      }>('GET', `/training/validations/${validationId}?limit=1`);
      if (validation.summary) return validation.summary;
      if (validation.state === 'failed') throw new Error(`the validation failed: ${JSON.stringify(validation.error)}`);
      await wait(LOOK_EVERY_MS);
    }
  }

  async deletePerson(personId: number): Promise<void> {
    await this.call('DELETE', `/persons/${personId}`);
  }

  /** Examples in the collection; null while CompreFace does not answer. */
  async examples(): Promise<number | null> {
    return (await this.call<{ examples: number | null }>('GET', '/compreface/status')).examples;
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await this.send(method, path, body ? { headers: JSON_TYPE, body: JSON.stringify(body) } : {});
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  }

  private async send(method: string, path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.baseUrl}/api${path}`, { method, ...init });
    return { status: response.status, body: await response.json() };
  }
}

interface Verdict {
  readonly face_id: number | null;
}

function areaOf({ box }: FaceShown): number {
  return box ? (box.x_max - box.x_min) * (box.y_max - box.y_min) : 0;
}

async function blobOf(path: PhotoPath): Promise<Blob> {
  return new Blob([new Uint8Array(await readFile(path))]);
}
