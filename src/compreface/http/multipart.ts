import { randomBytes } from 'node:crypto';

export interface RequestBody {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/**
 * One JPEG as the part `file` of a multipart form. CompreFace judges the type by the file name alone and refuses a part without one,
 * so the name is fixed. A whole buffer rather than a stream: its length is known, and one write sends it.
 */
export function jpegForm(jpeg: Buffer): RequestBody {
  const boundary = `----compreface-${randomBytes(16).toString('hex')}`;
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="face.jpg"\r\n` +
    'Content-Type: image/jpeg\r\n\r\n';
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), jpeg, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
