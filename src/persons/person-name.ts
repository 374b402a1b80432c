import { createHash, randomBytes } from 'node:crypto';
import anyAscii from 'any-ascii';

const SLUG_LENGTH = 40;
/** RFC 4648 base 32, lower case: no letter is mistaken for a digit. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** A name as it is compared: trimmed, composed, case folded. */
export function foldName(name: string): string {
  return name.trim().normalize('NFC').toLocaleLowerCase('und');
}

/** The key under which equal names collide on every database, whatever its collation: SHA-256 of the folded name. */
export function nameKey(name: string): string {
  return createHash('sha256').update(foldName(name)).digest('hex');
}

/**
 * A new subject for a person: an ASCII slug of the name, at most 40 characters, and six random ones, so that no other installation
 * on the same collection has it. Lower case, because CompreFace compares some names with case and some without.
 */
export function makeSubject(name: string): string {
  const slug = anyAscii(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
  const random = Array.from(randomBytes(6), (byte) => BASE32[byte % 32]).join('');
  return `${slug === '' ? 'person' : slug}-${random}`;
}
