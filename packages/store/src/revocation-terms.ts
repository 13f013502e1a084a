import { StoreError } from './errors.js';

/** What a row of revocations says beside whom it is about. */
interface RevocationTerms {
  readonly issued_before: Date | null;
  readonly reason: string;
  readonly revoked_by: string;
  /** Null is without end. */
  readonly expires_at: Date | null;
}

/**
 * What two revocations of the same say together, never less than either: the later `issued_before`, the later expiry.
 * Reason and author are those of the newer one, unless it reaches less far. Undefined: nothing changes.
 */
export function mergeRevocations<Values extends RevocationTerms>(
  stored: RevocationTerms,
  added: Values,
): Values | undefined {
  const reachesLess = isBefore(added.issued_before, stored.issued_before);
  const { reason, revoked_by, issued_before } = reachesLess ? stored : added;
  const expires_at = laterEnd(stored.expires_at, added.expires_at);
  const unchanged =
    reason === stored.reason &&
    revoked_by === stored.revoked_by &&
    isSameTime(issued_before, stored.issued_before) &&
    isSameTime(expires_at, stored.expires_at);
  return unchanged ? undefined : { ...added, issued_before, reason, revoked_by, expires_at };
}

export function revocationNotFound(id: string): StoreError {
  return new StoreError('not_found', `not found: revocation "${id}"`);
}

function isBefore(a: Date | null, b: Date | null): boolean {
  return a !== null && b !== null && a.getTime() < b.getTime();
}

function isSameTime(a: Date | null, b: Date | null): boolean {
  return a?.getTime() === b?.getTime();
}

function laterEnd(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) {
    return null;
  }
  return isBefore(a, b) ? b : a;
}
