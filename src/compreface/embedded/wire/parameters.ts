import type { Request } from 'express';
import { badValue, missingParameter, violations } from './wire-error.js';

/** Request parameters as Spring sees them: the query's and the form's values of one name together, the query's first. */
export class Parameters {
  private readonly values = new Map<string, string[]>();
  private readonly complaints: string[] = [];

  constructor(request: Request, form: Readonly<Record<string, unknown>> = {}) {
    this.take(request.query);
    this.take(form);
  }

  /** A string given twice is joined with a comma. Null when absent. */
  text(name: string): string | null {
    return this.values.get(name)?.join(',') ?? null;
  }

  /** @throws WireError 33 when absent */
  requiredText(name: string): string {
    const text = this.text(name);
    if (text === null) throw missingParameter(name);
    return text;
  }

  /** @throws WireError when it is no whole number of 32 bits */
  integer(name: string, fallback: number): number {
    const text = this.first(name);
    if (text === '') return fallback;
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || Math.abs(value) > 0x7fffffff) throw badValue(name);
    return value;
  }

  /** @throws WireError when it is no number */
  decimal(name: string): number | null {
    const text = this.first(name);
    if (text === '') return null;
    const value = Number(text);
    if (!Number.isFinite(value)) throw badValue(name);
    return value;
  }

  /** @throws WireError for anything but the words that Spring knows */
  flag(name: string, fallback: boolean): boolean {
    const text = this.first(name).toLowerCase();
    if (text === '') return fallback;
    if (['true', 'on', 'yes', '1'].includes(text)) return true;
    if (['false', 'off', 'no', '0'].includes(text)) return false;
    throw badValue(name);
  }

  /** Collects a violation; CompreFace reports them together, after every parameter has been read. */
  require(holds: boolean, complaint: string): void {
    if (!holds) this.complaints.push(complaint);
  }

  /** @throws WireError 26 with every violation collected */
  assertNoViolation(): void {
    if (this.complaints.length > 0) throw violations(this.complaints);
  }

  private first(name: string): string {
    return this.values.get(name)?.[0]?.trim() ?? '';
  }

  private take(source: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(source)) {
      const texts = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
      if (texts.length > 0) this.values.set(name, [...(this.values.get(name) ?? []), ...texts]);
    }
  }
}
