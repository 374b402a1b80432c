import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { WorkerFaceAnalyser } from '../../../src/compreface/embedded/models/worker-face-analyser.js';
import { cropsOf, groupPhotos, smaller } from '../photos.js';
import type { EngineProcess } from './engine-process.js';

export interface Photos {
  readonly crops: readonly Buffer[];
  readonly groups: readonly Buffer[];
  /** Near the largest that is allowed, for base64. */
  readonly large: Buffer;
}

const LARGE_EVERY = 50;

export async function loadPhotos(): Promise<Photos> {
  const originals = groupPhotos();
  const analyser = new WorkerFaceAnalyser({ workers: 1 });
  const crops = await cropsOf(originals, analyser);
  await analyser.close();
  const large = await sharp(crops[0]).resize(1500).png({ compressionLevel: 0 }).toBuffer();
  return { crops, groups: [...(await smaller(originals)), ...originals], large };
}

/**
 * The n-th request: uploads of a face and recognitions of groups in turn, every third in base64, and each fiftieth upload
 * of several MB. Every upload is of new bytes, of one of 50 people.
 */
export async function sendNth(n: number, engine: EngineProcess, photos: Photos): Promise<number> {
  const pick = (list: readonly Buffer[]) => list[n % list.length] ?? Buffer.alloc(0);
  const isUpload = n % 2 === 0;
  const path = isUpload
    ? `faces?subject=Soak%20${n % 50}`
    : 'recognize?prediction_count=3&face_plugins=age,gender,pose';
  const isLarge = n % LARGE_EVERY === 0;
  const photo = isLarge ? photos.large : isUpload ? pick(photos.crops) : pick(photos.groups);
  return send(engine, path, Buffer.concat([photo, Buffer.from(randomUUID())]), isLarge || n % 3 === 0);
}

async function send(engine: EngineProcess, path: string, photo: Buffer, isBase64: boolean): Promise<number> {
  const headers = { 'x-api-key': engine.apiKey };
  const url = `${engine.url}/api/v1/recognition/${path}`;
  const response = await fetch(url, { method: 'POST', ...(isBase64 ? json(photo, headers) : form(photo, headers)) });
  await response.arrayBuffer();
  return response.status;
}

function json(photo: Buffer, headers: Record<string, string>) {
  const body = JSON.stringify({ file: photo.toString('base64') });
  return { headers: { ...headers, 'content-type': 'application/json' }, body };
}

function form(photo: Buffer, headers: Record<string, string>) {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(photo)]), 'photo.jpg');
  return { headers, body };
}
