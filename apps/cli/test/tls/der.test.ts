import { expect } from 'chai';
import { integer, namedBits, objectIdentifier, octetString, sequence, time } from '../../src/tls/der.js';

describe('the encoding of certificates', () => {
  const hex = (encoded: Buffer): string => encoded.toString('hex');

  for (const [what, encoded, expected] of [
    ['0', integer(Buffer.of(0)), '020100'],
    ['127 in one byte', integer(Buffer.of(0x7f)), '02017f'],
    ['128 with a byte for the sign', integer(Buffer.of(0x80)), '02020080'],
    ['a number without its leading zeros', integer(Buffer.of(0, 0, 1)), '020101'],
    ['an object identifier with a long arc', objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['an object identifier of the second tree', objectIdentifier('2.5.29.17'), '0603551d11'],
    ['named bits without the zeros at their end', namedBits(5, 6), '03020106'],
    ['the first named bit', namedBits(0), '03020780'],
    ['an empty sequence', sequence(), '3000'],
  ] as const) {
    it(`writes ${what}`, () => expect(hex(encoded)).to.equal(expected));
  }

  for (const [size, head] of [
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ] as const) {
    it(`writes the length of ${size} bytes in as few as it needs`, () => {
      const encoded = octetString(Buffer.alloc(size));
      expect(hex(encoded.subarray(0, head.length / 2))).to.equal(head);
      expect(encoded).to.have.length(size + head.length / 2);
    });
  }

  it('writes years from 2050 on with four digits, those before with two (RFC 5280, section 4.1.2.5)', () => {
    expect(time(new Date('2049-12-31T23:59:59.999Z')).toString('latin1')).to.equal('\x17\x0d491231235959Z');
    expect(time(new Date('2050-01-01T00:00:00Z')).toString('latin1')).to.equal('\x18\x0f20500101000000Z');
  });
});
