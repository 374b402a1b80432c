import { badBody, badName, violations, WireError } from './wire-error.js';

/** The longest name that an upload may bring; the subject routes allow 50. */
const MAX_STORED = 255;

/** The rule of the subject routes for a name in a JSON body: not blank (26), 1 to 50 characters (26), no `;` `/` `\` (36). */
export function nameInBody(value: unknown): string {
  const name = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (name === undefined || name === null) throw badBody('Subject name cannot be empty');
  if (typeof name !== 'string') throw badBody('Incorrect value of subject');
  if (name.trim() === '') throw badBody('Subject name cannot be empty');
  if (name.length > 50) throw badBody('Subject name size must be between 1 and 50');
  if (/[;/\\]/.test(name)) throw badName();
  if (isDots(name)) throw badBody(DOTS);
  return name;
}

/** The rule for a name in the path: URL parsers turn `subjects/.` into `subjects/`, which must never mean all of them. */
export function nameInPath(name: string): string {
  if (name.trim() === '' || isDots(name)) throw emptyName();
  return name;
}

/** Complaint about the name of an upload that can be seen before its photo is looked at; null when there is none. */
export function uploadNameComplaint(name: string): string | null {
  if (name.trim() === '') return 'Subject name is empty';
  return isDots(name) ? DOTS : null;
}

/** Whether the store can hold the name of an upload. */
export const fitsStore = (name: string): boolean => name.length <= MAX_STORED;

export const emptyName = (): WireError => violations(['Subject name is empty']);

const DOTS = "Subject name cannot be '.' or '..'";

const isDots = (name: string): boolean => name === '.' || name === '..';
