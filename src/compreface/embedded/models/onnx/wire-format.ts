/**
 * The Protocol Buffers wire format, as much of it as an ONNX file needs: a field is its key (number and wire type)
 * followed by a variable-length integer, four bytes, or a length and that many bytes.
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** An int32/int64/enum field; negative numbers take the ten bytes of their 64-bit two's complement. */
export function integerField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([key(field, VARINT), varint(value)]);
}

/** A `float` field. */
export function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED_32), bytes]);
}

/** A string (UTF-8), a bytes field, or an embedded message given as its own fields. */
export function bytesField(field: number, value: string | Buffer | readonly Buffer[]): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.isBuffer(value) ? value : Buffer.concat(value);
  return Buffer.concat([key(field, LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

function key(field: number, wireType: number): Buffer {
  return varint((field << 3) | wireType);
}

function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
