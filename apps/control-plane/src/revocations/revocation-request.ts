import type { RevokeWorkerCredentials } from '@stacyvm/api';
import type { NewTokenRevocation, TokenIssuanceRecord } from '@stacyvm/store';
import { CLOCK_SKEW_SECONDS, isTokenId, MAX_TOKEN_LIFETIME_SECONDS } from '@stacyvm/token';
import { badRequest } from '../http-errors.js';
import { momentBefore } from './moment.js';
import { WITHOUT_END } from './revocation-entries.js';

/** No token that exists at a moment lives longer from it: the longest life, and what clocks may differ by. */
export const TOKENS_DEAD_AFTER_MS = (MAX_TOKEN_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS) * 1000;

export interface RevocationContext {
  readonly revokedBy: string;
  readonly now: Date;
  /** In the profile `compatible` a token need not say when it was issued, and then it may live for years. */
  readonly profile: 'strict' | 'compatible';
  readonly findIssuance: (tokenId: string) => Promise<TokenIssuanceRecord | undefined>;
}

/**
 * Reads what is to be revoked, and works out when all that it concerns is dead.
 *
 * @throws RequestError `revocation_subject`, `issued_before_invalid` or `token_id_invalid`
 */
export async function revocationOf(
  request: RevokeWorkerCredentials,
  context: RevocationContext,
): Promise<NewTokenRevocation> {
  const { token_id: tokenId, worker_id: workerId, key_fingerprint: fingerprint } = request;
  if ([tokenId, workerId, fingerprint].filter((subject) => subject !== undefined).length !== 1) {
    throw badRequest(
      'revocation_subject',
      'exactly one of token_id, worker_id and key_fingerprint is needed',
    );
  }
  if (request.issued_before !== undefined && workerId === undefined) {
    throw badRequest('revocation_subject', 'issued_before goes with worker_id');
  }
  const { reason } = request;
  if (reason.trim() === '') throw badRequest('invalid_request', 'reason: must not be blank');
  const common = { reason: reason.trim(), revokedBy: context.revokedBy };
  if (workerId !== undefined) {
    return { ...common, kind: 'worker', subject: workerId, ...workerTerm(request.issued_before, context) };
  }
  if (tokenId !== undefined) {
    if (!isTokenId(tokenId))
      throw badRequest('token_id_invalid', 'token_id: is not in the grammar of token ids');
    return { ...common, kind: 'token', subject: tokenId, expiresAt: await tokenEnd(tokenId, context) };
  }
  return { ...common, kind: 'key', subject: fingerprint ?? '' };
}

function workerTerm(
  issuedBefore: string | undefined,
  { now, profile }: RevocationContext,
): { readonly issuedBefore: Date; readonly expiresAt?: Date } {
  if (issuedBefore === undefined) return { issuedBefore: WITHOUT_END };
  const moment = momentOf(issuedBefore, now);
  return {
    issuedBefore: moment,
    ...(profile === 'strict' ? { expiresAt: new Date(moment.getTime() + TOKENS_DEAD_AFTER_MS) } : {}),
  };
}

function momentOf(text: string, now: Date): Date {
  const moment = momentBefore(text, now);
  if (moment !== undefined) return moment;
  throw badRequest(
    'issued_before_invalid',
    'issued_before: must be a time such as 2026-05-09T10:00:00Z, at most a day ahead, or now; leave it out to revoke the whole worker',
  );
}

async function tokenEnd(
  tokenId: string,
  { now, profile, findIssuance }: RevocationContext,
): Promise<Date | undefined> {
  const issuance = await findIssuance(tokenId);
  const margin = CLOCK_SKEW_SECONDS * 1000;
  if (issuance !== undefined) return new Date(issuance.expiresAt.getTime() + margin);
  return profile === 'strict' ? new Date(now.getTime() + TOKENS_DEAD_AFTER_MS) : undefined;
}
