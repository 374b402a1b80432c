/** One part of a multipart/form-data body; `fileName` is null for a plain field. */
export interface Part {
  readonly name: string;
  readonly fileName: string | null;
  readonly content: Buffer;
}

/** Splits a multipart/form-data body (RFC 7578); throws when it has no boundary or breaks off. */
export function readParts(contentType: string, body: Buffer): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw new Error('no boundary');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very start, without its line break.
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: Part[] = [];
  let start = whole.indexOf(delimiter);
  for (;;) {
    if (start < 0) throw new Error('broken off');
    const partStart = start + delimiter.length;
    if (whole.subarray(partStart, partStart + 2).toString() === '--') return parts;
    const end = whole.indexOf(delimiter, partStart);
    if (end < 0) throw new Error('broken off');
    parts.push(readPart(whole.subarray(partStart + 2, end)));
    start = end;
  }
}

function readPart(part: Buffer): Part {
  const headerEnd = part.indexOf('\r\n\r\n');
  if (headerEnd < 0) throw new Error('part without headers');
  const headers = part.subarray(0, headerEnd).toString('utf8');
  return {
    name: /[; ]name="([^"]*)"/i.exec(headers)?.[1] ?? '',
    fileName: /filename="([^"]*)"/i.exec(headers)?.[1] ?? null,
    content: part.subarray(headerEnd + 4),
  };
}
