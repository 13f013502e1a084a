import type { IssuedToken } from './issuer-credential-source.js';
import { formatTimeInSeconds, parseTime } from './rfc3339.js';
import { type Checked, schemaCheck } from './schema-check.js';

/** A token that the control plane has issued to a worker. */
export interface IssuedWorkerToken extends IssuedToken {
  readonly tokenId: string;
}

const checkIssued = schemaCheck<{
  readonly token: string;
  readonly token_id: string;
  readonly issued_at: string;
  readonly expires_at: string;
}>({
  type: 'object',
  required: ['token', 'token_id', 'issued_at', 'expires_at'],
  properties: {
    token: { type: 'string', minLength: 1, maxLength: 8192 },
    token_id: { type: 'string', minLength: 1, maxLength: 128 },
    issued_at: { type: 'string' },
    expires_at: { type: 'string' },
  },
});

export function issuedTokenToWire(issued: IssuedWorkerToken): Record<string, unknown> {
  return {
    token: issued.token,
    token_id: issued.tokenId,
    issued_at: formatTimeInSeconds(issued.issuedAt),
    expires_at: formatTimeInSeconds(issued.expiresAt),
  };
}

export function parseIssuedToken(body: unknown): Checked<IssuedWorkerToken> {
  const checked = checkIssued(body);
  if (!checked.ok) return checked;
  const { token, token_id, issued_at, expires_at } = checked.value;
  const issuedAt = parseTime(issued_at);
  const expiresAt = parseTime(expires_at);
  if (issuedAt === undefined || expiresAt === undefined || !(issuedAt < expiresAt)) {
    return { ok: false, problem: 'issued_at and expires_at must be times in RFC 3339, in this order' };
  }
  return { ok: true, value: { token, tokenId: token_id, issuedAt, expiresAt } };
}
