import { createHash } from 'node:crypto';
import type { TokenRevocationRecord } from '@stacyvm/store';
import { isTokenId } from '@stacyvm/token';
import type { RevocationEntry, RevocationFeed } from '@stacyvm/worker-rpc';

/** Stands for "every token of the worker, also future ones": no token is issued later. */
export const WITHOUT_END = new Date('9999-12-31T23:59:59.000Z');

export function entryOf(record: TokenRevocationRecord): RevocationEntry {
  switch (record.kind) {
    case 'token':
      return { kind: 'token', tokenId: record.subject };
    case 'worker':
      return { kind: 'worker', workerId: record.subject, issuedBefore: record.issuedBefore };
    case 'key':
      return { kind: 'key', fingerprint: record.subject };
  }
}

/** The token ids of the configuration; what is no token id revokes nothing and is told apart. */
export function configuredTokenIds(listed: readonly string[]): {
  readonly tokenIds: readonly string[];
  readonly unusable: number;
} {
  const trimmed = listed.map((text) => text.trim()).filter((text) => text !== '');
  const tokenIds = [...new Set(trimmed.filter(isTokenId))];
  return { tokenIds, unusable: trimmed.filter((text) => !isTokenId(text)).length };
}

/**
 * The list for workers. Its version comes from its content: control planes whose configurations differ never send
 * different lists under one version.
 */
export function feedOf(entries: readonly RevocationEntry[]): RevocationFeed {
  const lines = entries.map((entry) => JSON.stringify(entry)).sort();
  const digest = createHash('sha256').update(lines.join('\n')).digest();
  // 48 bits: a number that JSON carries exactly.
  return { version: digest.readUIntBE(0, 6), entries };
}
