/**
 * Tells by their first bytes the formats we accept from everything else a decoder might understand
 * (SVG, PDF, raw camera files): those reach no decoder at all.
 * @returns null when the bytes are none of them
 */
export function sniffFormat(bytes: Buffer): 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | null {
  const starts = (...signature: number[]) => signature.every((byte, i) => bytes[i] === byte);
  const text = (from: number, to: number) => bytes.toString('latin1', from, to);
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg';
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'gif';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  // Little and big endian; 43 instead of 42 is the 64-bit BigTIFF.
  if (starts(0x49, 0x49, 42, 0) || starts(0x4d, 0x4d, 0, 42)) return 'tiff';
  if (starts(0x49, 0x49, 43, 0) || starts(0x4d, 0x4d, 0, 43)) return 'tiff';
  return null;
}
