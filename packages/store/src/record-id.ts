import { randomBytes as systemRandomBytes } from 'node:crypto';

const ID_BYTES = 12;

/** Random bytes by the number of them. */
export type RandomBytes = (size: number) => Buffer;

/** A new id: the prefix, a hyphen and 96 random bits in hexadecimal. */
export function newRecordId(prefix: string, randomBytes: RandomBytes = systemRandomBytes): string {
  return `${prefix}-${randomBytes(ID_BYTES).toString('hex')}`;
}
