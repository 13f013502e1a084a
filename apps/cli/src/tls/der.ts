/** Encodes the parts of ASN.1 that certificates are made of, by the distinguished rules (ITU-T X.690, section 10). */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

export const sequence = (...members: readonly Buffer[]): Buffer => element(TAG.sequence, ...members);

/** Of one member: those of more would have to be sorted. */
export const setOf = (member: Buffer): Buffer => element(TAG.set, member);

export const boolean = (value: boolean): Buffer => element(TAG.boolean, Buffer.of(value ? 0xff : 0));

export const octetString = (content: Buffer): Buffer => element(TAG.octetString, content);

export const utf8String = (text: string): Buffer => element(TAG.utf8String, Buffer.from(text));

/** @param magnitude of a number that is not negative, most significant byte first */
export function integer(magnitude: Buffer): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.of(0) : magnitude.subarray(start);
  // The first bit is the sign.
  return element(TAG.integer, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export const bitString = (content: Buffer): Buffer => element(TAG.bitString, Buffer.of(0), content);

/** A list of named bits as one byte; the bits at its end that are not set are left out. @param bits numbers from 0 to 7 */
export function namedBits(...bits: readonly number[]): Buffer {
  const last = Math.max(...bits);
  const value = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  return element(TAG.bitString, Buffer.of(7 - last, value));
}

/** @param dotted such as `2.5.29.17` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return element(TAG.objectIdentifier, ...[first * 40 + second, ...others].map(base128));
}

function base128(value: number): Buffer {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return Buffer.from(digits);
}

/** To the second, in the form that RFC 5280, section 4.1.2.5 demands for its year. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return at.getUTCFullYear() < 2050
    ? element(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : element(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

/** A member that is told apart by its number, around an element. */
export const explicit = (number: number, content: Buffer): Buffer => element(0xa0 | number, content);

/** A member that is told apart by its number, in place of the tag of a primitive element. */
export const implicit = (number: number, content: Buffer): Buffer => element(0x80 | number, content);

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
  return Buffer.of(0x80 | digits.length, ...digits);
}
