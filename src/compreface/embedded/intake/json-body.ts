import { setImmediate } from 'node:timers/promises';
import type { Call } from '../wire/call.js';
import { badBody, emptyField, notBase64, tooLarge, unsupportedMediaType, WireError } from '../wire/wire-error.js';
import { untilAborted } from '../wire/call.js';
import type { BodyBudget } from './body-budget.js';
import { MAX_REQUEST_BYTES } from './limits.js';

/** The text, its parsed form and what a photo is decoded to are in memory together. */
const MEMORY_FACTOR = 3;

/** What is looked through in a few ms. */
const CHARACTERS_AT_ONCE = 2 ** 20;

/** Reads a JSON body. @throws WireError 415 for another content type, 413 when too large, 26 when it is no JSON */
export async function readJson(call: Call, budget: BodyBudget): Promise<unknown> {
  if (!call.request.is('application/json')) throw unsupportedMediaType();
  const bytes = await readBytes(call, budget);
  // Each step through 10 MB takes some 10 ms of the main thread: others get their turn in between.
  await setImmediate();
  const text = bytes.toString('utf8');
  await setImmediate();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badBody('The body is not JSON');
  }
}

/** Reads a JSON object; anything else is refused as malformed. */
export async function readJsonObject(call: Call, budget: BodyBudget): Promise<Readonly<Record<string, unknown>>> {
  const value = await readJson(call, budget);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badBody('The body is no JSON object');
  return value as Readonly<Record<string, unknown>>;
}

/** A base64 field as text. @throws WireError 5 when it is absent or empty, 26 when it is no string */
export function base64Text(body: Readonly<Record<string, unknown>>, field: string, javaField: string): string {
  const value = body[field];
  if (value === undefined || value === null || value === '') throw emptyField(javaField);
  if (typeof value !== 'string') throw badBody(`Incorrect value of ${field}`);
  return value;
}

/**
 * Whether there are line breaks (or other white space) in it.
 * @throws WireError 21 for a character outside the alphabet (both alphabets and line breaks pass, a data URI does not)
 */
export async function assertBase64(text: string): Promise<{ hasLineBreaks: boolean }> {
  let hasLineBreaks = false;
  for (let from = 0; from < text.length; from += CHARACTERS_AT_ONCE) {
    const part = text.slice(from, from + CHARACTERS_AT_ONCE);
    if (!/^[A-Za-z0-9+/\-_=]*$/.test(part)) {
      if (!/^[A-Za-z0-9+/\-_=\s]*$/.test(part)) throw notBase64();
      hasLineBreaks = true;
    }
    await setImmediate();
  }
  return { hasLineBreaks };
}

/** Refuses by the declared length before anything is read. */
export function assertRequestSize(call: Call): number {
  const declared = call.request.get('content-length');
  const bytes = declared === undefined ? MAX_REQUEST_BYTES : Number(declared);
  if (bytes > MAX_REQUEST_BYTES) throw tooLarge(MAX_REQUEST_BYTES);
  return bytes;
}

async function readBytes(call: Call, budget: BodyBudget): Promise<Buffer> {
  call.onEnd(await budget.reserve(assertRequestSize(call) * MEMORY_FACTOR, call.signal));
  return untilAborted(collect(call), call.signal);
}

async function collect({ request }: Call): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const error = await new Promise<Error | null>((resolve) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
      else resolve(tooLarge(MAX_REQUEST_BYTES));
    });
    request.on('end', () => {
      resolve(null);
    });
    request.on('error', resolve);
  });
  if (error instanceof WireError) chunks.length = 0;
  if (error) throw error;
  return Buffer.concat(chunks);
}
