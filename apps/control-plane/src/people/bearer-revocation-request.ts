import type { components } from '@stacyvm/api';
import type { NewPrincipalRevocation } from '@stacyvm/store';
import { badRequest } from '../http-errors.js';
import { momentBefore } from '../revocations/moment.js';
import { endOfLifetime } from './lifetime.js';

export type RevokeBearerTokens = components['schemas']['RevokeBearerTokens'];

export interface BearerRevocationContext {
  readonly revokedBy: string;
  readonly now: Date;
  /** Whose tokens are accepted. */
  readonly issuers: readonly string[];
}

/**
 * Reads which bearer tokens are to be revoked.
 *
 * @throws RequestError `revocation_subject`, `issuer_required`, `issuer_unknown`, `issued_before_invalid`, `invalid_ttl` or
 *   `invalid_request`
 */
export function bearerRevocationOf(
  request: RevokeBearerTokens,
  { revokedBy, now, issuers }: BearerRevocationContext,
): NewPrincipalRevocation {
  const { subject, session_id: sessionId, token_id: tokenId, issued_before: issuedBefore } = request;
  if ([subject, sessionId, tokenId].filter((named) => named !== undefined).length !== 1) {
    throw badRequest('revocation_subject', 'exactly one of subject, session_id and token_id is needed');
  }
  if (issuedBefore !== undefined && subject === undefined) {
    throw badRequest('revocation_subject', 'issued_before goes with subject');
  }
  const reason = request.reason.trim();
  if (reason === '') throw badRequest('invalid_request', 'reason: must not be blank');
  const common = {
    issuer: issuerOf(request.issuer, issuers),
    reason,
    revokedBy,
    expiresAt: endOfLifetime(request.ttl, now),
  };
  if (subject !== undefined) {
    return { ...common, kind: 'subject', subject, issuedBefore: momentOf(issuedBefore ?? 'now', now) };
  }
  return sessionId === undefined
    ? { ...common, kind: 'token', subject: tokenId ?? '' }
    : { ...common, kind: 'session', subject: sessionId };
}

/** A revocation for an issuer whose tokens are not accepted would have no effect, and look as if it had. */
function issuerOf(named: string | undefined, issuers: readonly string[]): string {
  if (named === undefined) {
    const [only, ...others] = issuers;
    if (only !== undefined && others.length === 0) return only;
    throw badRequest('issuer_required', 'issuer: name the issuer of the tokens; there is not exactly one');
  }
  if (issuers.includes(named)) return named;
  throw badRequest('issuer_unknown', 'issuer: tokens of this issuer are not accepted here in any case');
}

function momentOf(text: string, now: Date): Date {
  const moment = momentBefore(text, now);
  if (moment !== undefined) return moment;
  throw badRequest(
    'issued_before_invalid',
    'issued_before: must be a time such as 2026-05-09T10:00:00Z, at most a day ahead, or now',
  );
}
