import { bytesField, floatField, integerField } from './wire-format.js';

describe('the Protocol Buffers wire format', () => {
  it.each([
    [1, 0, '0800'],
    [1, 150, '089601'],
    [20, 7, 'a00107'],
    [3, -1, '18ffffffffffffffffff01'],
    [1, 2n ** 40n, '08808080808020'],
  ])('writes integer field %i of %s as %s', (field, value, hex) => {
    expect(integerField(field, value).toString('hex')).toBe(hex);
  });

  it('writes a string after its length in bytes', () => {
    expect(bytesField(2, 'tästing').toString('hex')).toBe('120874c3a47374696e67');
  });

  it('writes an embedded message as the bytes of its fields', () => {
    expect(bytesField(3, [integerField(1, 150)]).toString('hex')).toBe('1a03089601');
  });

  it('writes a float as four bytes, little end first', () => {
    expect(floatField(2, 0.5).toString('hex')).toBe('150000003f');
  });
});
