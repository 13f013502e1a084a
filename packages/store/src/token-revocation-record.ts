import type { Selectable } from 'kysely';
import { StoreError } from './errors.js';
import { requireId, requireTime } from './input-rules.js';
import { recordedText } from './recorded-text.js';
import type { WorkerTokenRevocationsTable } from './schema.js';

export const REVOCATION_KINDS = ['token', 'worker', 'key'] as const;

export type RevocationKind = (typeof REVOCATION_KINDS)[number];

interface RevocationReason {
  /** A token id (`jti`), a worker id or a key fingerprint, by the kind. */
  readonly subject: string;
  readonly reason: string;
  /** Id of the principal that revoked. */
  readonly revokedBy: string;
}

/** A worker is revoked for the tokens issued before a moment, a token or a key altogether. */
export type NewTokenRevocation = RevocationReason & {
  /** When every token it concerns is dead, so that it may be pruned; undefined keeps it for ever. */
  readonly expiresAt?: Date | undefined;
} & (
    | { readonly kind: 'worker'; readonly issuedBefore: Date }
    | { readonly kind: 'token' | 'key'; readonly issuedBefore?: undefined }
  );

export type TokenRevocationRecord = RevocationReason & {
  /** `rv-` and 24 hexadecimal digits. */
  readonly id: string;
  readonly createdAt: Date;
  /** undefined: it is kept for ever. */
  readonly expiresAt: Date | undefined;
} & (
    | { readonly kind: 'worker'; readonly issuedBefore: Date }
    | { readonly kind: 'token' | 'key'; readonly issuedBefore: undefined }
  );

type RevocationRow = Selectable<WorkerTokenRevocationsTable>;

export type RevocationValues = Omit<RevocationRow, 'id' | 'created_at'>;

/** @throws StoreError `invalid_input` */
export function revocationValues(input: NewTokenRevocation): RevocationValues {
  if (!REVOCATION_KINDS.includes(input.kind)) {
    throw new StoreError('invalid_input', `revocation kind must be one of ${REVOCATION_KINDS.join(', ')}`);
  }
  if ((input.kind === 'worker') !== (input.issuedBefore !== undefined)) {
    throw new StoreError(
      'invalid_input',
      'issuedBefore belongs to revocations of a worker, and only to them',
    );
  }
  // It would be stored and match nothing: a revocation without effect.
  if (requireId(input.subject, 'revocation subject') !== input.subject.trim()) {
    throw new StoreError('invalid_input', 'revocation subject must not begin or end with white space');
  }
  return {
    kind: input.kind,
    subject: input.subject,
    issued_before: input.issuedBefore === undefined ? null : requireTime(input.issuedBefore, 'issuedBefore'),
    reason: recordedText(input.reason),
    revoked_by: recordedText(input.revokedBy),
    expires_at: input.expiresAt === undefined ? null : requireTime(input.expiresAt, 'expiresAt'),
  };
}

/** @throws StoreError `schema` when the row is none that this version writes */
export function revocationFrom(row: RevocationRow): TokenRevocationRecord {
  const record = {
    id: row.id,
    subject: row.subject,
    reason: row.reason,
    revokedBy: row.revoked_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
  };
  if (row.kind === 'worker' && row.issued_before !== null) {
    return { ...record, kind: row.kind, issuedBefore: row.issued_before };
  }
  if (row.kind === 'token' || row.kind === 'key') {
    return { ...record, kind: row.kind, issuedBefore: undefined };
  }
  throw new StoreError('schema', `unknown revocation kind "${row.kind}" in the database`);
}
