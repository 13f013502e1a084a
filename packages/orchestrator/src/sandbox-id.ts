import { randomBytes as cryptoRandomBytes } from 'node:crypto';

/** A new sandbox id: `sb-` and 96 random bits in hexadecimal, so it needs no escaping in a URL. */
export function newSandboxId(randomBytes: (size: number) => Buffer = cryptoRandomBytes): string {
  return `sb-${randomBytes(12).toString('hex')}`;
}
