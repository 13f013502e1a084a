import type { BearerIdentity } from '@stacyvm/auth';
import type { PrincipalRevocationRecord } from '@stacyvm/store';

/** What is revoked, ready to be asked with every request. */
export interface RevokedBearers {
  readonly entries: number;
  has(bearer: BearerIdentity): boolean;
}

/** Puts revocations in order. */
export function revokedBearers(records: readonly PrincipalRevocationRecord[]): RevokedBearers {
  const named = new Set<string>();
  const subjects = new Map<string, Date>();
  for (const record of records) {
    const name = nameOf(record.kind, record.issuer, record.subject);
    if (record.kind === 'subject') subjects.set(name, record.issuedBefore);
    else named.add(name);
  }
  return {
    entries: records.length,
    has({ issuer, subject, issuedAt, sessionId, tokenId }) {
      if (sessionId !== undefined && named.has(nameOf('session', issuer, sessionId))) return true;
      if (tokenId !== undefined && named.has(nameOf('token', issuer, tokenId))) return true;
      const issuedBefore = subjects.get(nameOf('subject', issuer, subject));
      // What does not say when it was issued may be as old as any.
      return issuedBefore !== undefined && (issuedAt === undefined || issuedAt < issuedBefore);
    },
  };
}

function nameOf(kind: PrincipalRevocationRecord['kind'], issuer: string, subject: string): string {
  return JSON.stringify([kind, issuer, subject]);
}
