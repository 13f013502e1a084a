import type { LogoutToken } from '@stacyvm/auth';
import type { NewPrincipalRevocation } from '@stacyvm/store';

/** How long it is known who has signed out: no token may be good for longer. */
const KEPT_MS = 72 * 3_600_000;
/** Clocks may differ by a minute, and an id must be known for as long as its token might pass. */
const LEEWAY_MS = 5 * 60_000;
/** Times in tokens are whole seconds. */
const SECOND_MS = 1_000;

/** What a logout revokes, and until when its own id must be remembered. */
export function logoutRevocation(
  { issuer, subject, sessionId, issuedAt, expiresAt }: LogoutToken,
  now: Date,
): { readonly revocation: NewPrincipalRevocation; readonly rememberUntil: Date } {
  const common = {
    issuer,
    reason: 'signed out at the issuer',
    revokedBy: issuer,
    expiresAt: new Date(now.getTime() + KEPT_MS),
  };
  return {
    // Of the subject, what was issued in the second of the logout goes as well: it cannot be told what was first.
    revocation:
      sessionId === undefined
        ? {
            ...common,
            kind: 'subject',
            subject: subject ?? '',
            issuedBefore: new Date(issuedAt.getTime() + SECOND_MS),
          }
        : { ...common, kind: 'session', subject: sessionId },
    rememberUntil: new Date(expiresAt.getTime() + LEEWAY_MS),
  };
}
