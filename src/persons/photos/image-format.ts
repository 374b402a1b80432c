/** The kinds of image file that are taken, and the one that people send most often in vain. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'heic';

/** The first twelve bytes, in hexadecimal. Source: the formats' own specifications; the HEIC brands are those of ISO/IEC 23008-12 and AVIF. */
const SIGNATURES: readonly (readonly [ImageFormat, RegExp])[] = [
  ['jpeg', /^ffd8ff/],
  ['png', /^89504e470d0a1a0a/],
  ['webp', /^52494646.{8}57454250/],
  ['gif', /^47494638(?:37|39)61/],
  ['tiff', /^(?:49492a00|4d4d002a)/],
  ['heic', /^.{8}66747970(?:686569|686576|6d696631|6d736631|617669)/],
];

/** Tells the format by the first 12 bytes; a file name proves nothing. Null for anything else. */
export function imageFormat(head: Buffer): ImageFormat | null {
  const bytes = head.toString('hex', 0, 12);
  return SIGNATURES.find(([, signature]) => signature.test(bytes))?.[0] ?? null;
}
