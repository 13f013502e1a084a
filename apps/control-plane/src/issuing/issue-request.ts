import type { CreateJoinToken, IssueWorkerToken } from '@stacyvm/api';
import { formatDuration } from '@stacyvm/duration';
import {
  isCertificateThumbprint,
  isWorkerAudience,
  isWorkerId,
  isWorkerScope,
  MAX_TOKEN_LIFETIME_SECONDS,
  WORKER_AUDIENCES,
  WORKER_SCOPES,
  type WorkerAudience,
  type WorkerScope,
} from '@stacyvm/token';
import { durationOf } from '../duration-of.js';
import { badRequest } from '../http-errors.js';

/** A worker token that may be issued (rest-api 5.4). */
export interface TokenToIssue {
  readonly workerId: string;
  readonly audience: WorkerAudience;
  readonly ttlSeconds: number;
  /** Empty: the default set of the audience. */
  readonly scopes: readonly WorkerScope[];
  /** Of the certificate that it is bound to; undefined: to none. */
  readonly certificateThumbprint: string | undefined;
}

const DEFAULT_TOKEN_TTL = '5m';
const DEFAULT_JOIN_TTL = '10m';
const MAX_JOIN_TTL_MS = 24 * 3_600_000;

/**
 * @throws RequestError `worker_id_required`, `worker_id_invalid`, `invalid_ttl`, `ttl_too_long`, `audience_unknown`,
 *   `scope_unknown`, `scope_repeated` or `thumbprint_invalid`
 */
export function tokenToIssue(request: IssueWorkerToken): TokenToIssue {
  const workerId = workerIdOf(request.worker_id);
  const maxMs = MAX_TOKEN_LIFETIME_SECONDS * 1000;
  const ttlMs = ttlOf(request.ttl ?? DEFAULT_TOKEN_TTL, maxMs, 'worker token lifetime');
  const audience = (request.audience ?? '').trim() || WORKER_AUDIENCES[0];
  if (!isWorkerAudience(audience)) {
    throw badRequest('audience_unknown', `audience must be ${WORKER_AUDIENCES.join(' or ')}`);
  }
  return {
    workerId,
    audience,
    ttlSeconds: Math.floor(ttlMs / 1000),
    scopes: scopesOf(request.scopes ?? []),
    certificateThumbprint: thumbprintIn(request),
  };
}

/** @throws RequestError `worker_id_required`, `worker_id_invalid`, `invalid_ttl` or `ttl_too_long` */
export function joinTokenToCreate(request: CreateJoinToken): {
  readonly workerId: string;
  readonly ttlMs: number;
  readonly pool: string;
} {
  const workerId = workerIdOf(request.worker_id);
  const ttlMs = ttlOf(request.ttl ?? DEFAULT_JOIN_TTL, MAX_JOIN_TTL_MS, 'life of a join token');
  return { workerId, ttlMs, pool: request.pool ?? '' };
}

function workerIdOf(text: string): string {
  const workerId = text.trim();
  if (workerId === '') throw badRequest('worker_id_required', 'worker_id is required');
  if (isWorkerId(workerId)) return workerId;
  throw badRequest(
    'worker_id_invalid',
    'worker_id must be a letter or digit, then up to 127 letters, digits, ".", "_" and "-"',
  );
}

function thumbprintIn({ certificate_thumbprint: thumbprint }: IssueWorkerToken): string | undefined {
  if (thumbprint === undefined || isCertificateThumbprint(thumbprint)) return thumbprint;
  throw badRequest(
    'thumbprint_invalid',
    'certificate_thumbprint must be the SHA-256 of the DER of a certificate in base64url, 43 characters',
  );
}

function ttlOf(text: string, maxMs: number, what: string): number {
  const ttlMs = durationOf(text.trim());
  if (ttlMs === undefined || ttlMs < 1000) {
    throw badRequest('invalid_ttl', 'invalid ttl; use a duration of a second or more, such as 5m or 15m');
  }
  if (ttlMs > maxMs) {
    throw badRequest('ttl_too_long', `ttl exceeds maximum allowed ${what} of ${formatDuration(maxMs)}`);
  }
  return ttlMs;
}

function scopesOf(listed: readonly string[]): readonly WorkerScope[] {
  const scopes = listed.map((text) => text.trim());
  for (const scope of scopes) {
    if (!isWorkerScope(scope)) {
      throw badRequest(
        'scope_unknown',
        `scope ${JSON.stringify(scope)} is none of ${WORKER_SCOPES.join(', ')}`,
      );
    }
  }
  if (new Set(scopes).size !== scopes.length)
    throw badRequest('scope_repeated', 'scopes: one is given twice');
  return scopes.filter(isWorkerScope);
}
