/** What CompreFace's own errors say: `{message, code}`; null for every other body, of which there are at least four kinds. */
export interface ErrorBody {
  readonly code: number;
  readonly message: string;
}

/** The parsed JSON of a body, or undefined when it is none. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

export function parseErrorBody(body: Buffer): ErrorBody | null {
  const parsed = parseJson(body);
  if (!isRecord(parsed) || !Number.isInteger(parsed.code)) return null;
  const message = parsed.message;
  return { code: parsed.code as number, message: typeof message === 'string' ? message : '' };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
