import type { Selectable } from 'kysely';
import { StoreError } from './errors.js';
import { requireId, requireTime } from './input-rules.js';
import { recordedText } from './recorded-text.js';
import type { PrincipalRevocationsTable } from './schema.js';

export const PRINCIPAL_REVOCATION_KINDS = ['subject', 'session', 'token'] as const;

export type PrincipalRevocationKind = (typeof PRINCIPAL_REVOCATION_KINDS)[number];

interface PrincipalRevocationReason {
  /** `iss` of the tokens. */
  readonly issuer: string;
  /** `sub`, `sid` or `jti` of the tokens, by the kind. */
  readonly subject: string;
  readonly reason: string;
  /** Id of the principal that revoked, or the issuer. */
  readonly revokedBy: string;
}

/** A subject is revoked for the tokens issued before a moment, a session or a token altogether. */
export type NewPrincipalRevocation = PrincipalRevocationReason & {
  /** When every token it concerns is dead, so that it may be pruned; undefined keeps it for ever. */
  readonly expiresAt?: Date | undefined;
} & (
    | { readonly kind: 'subject'; readonly issuedBefore: Date }
    | { readonly kind: 'session' | 'token'; readonly issuedBefore?: undefined }
  );

export type PrincipalRevocationRecord = PrincipalRevocationReason & {
  /** `pv-` and 24 hexadecimal digits. */
  readonly id: string;
  readonly createdAt: Date;
  /** undefined: it is kept for ever. */
  readonly expiresAt: Date | undefined;
} & (
    | { readonly kind: 'subject'; readonly issuedBefore: Date }
    | { readonly kind: 'session' | 'token'; readonly issuedBefore: undefined }
  );

const MAX_ISSUER_BYTES = 1024;
const MAX_SUBJECT_BYTES = 512;

export type PrincipalRevocationRow = Selectable<PrincipalRevocationsTable>;

export type PrincipalRevocationValues = Omit<PrincipalRevocationRow, 'id' | 'created_at'>;

/** @throws StoreError `invalid_input` */
export function principalRevocationValues(input: NewPrincipalRevocation): PrincipalRevocationValues {
  if (!PRINCIPAL_REVOCATION_KINDS.includes(input.kind)) {
    throw invalid(`kind must be one of ${PRINCIPAL_REVOCATION_KINDS.join(', ')}`);
  }
  if ((input.kind === 'subject') !== (input.issuedBefore !== undefined)) {
    throw invalid('issuedBefore belongs to revocations of a subject, and only to them');
  }
  // More would not fit into an index row.
  if (
    Buffer.byteLength(input.issuer) > MAX_ISSUER_BYTES ||
    Buffer.byteLength(input.subject) > MAX_SUBJECT_BYTES
  ) {
    throw invalid(`issuer and subject may have ${MAX_ISSUER_BYTES} and ${MAX_SUBJECT_BYTES} bytes`);
  }
  for (const text of [input.issuer, input.subject]) {
    // It would be stored as something else, and match nothing: a revocation without effect.
    if (/[\0\p{Surrogate}]/u.test(text))
      throw invalid('issuer and subject must be well-formed texts without NUL');
  }
  return {
    kind: input.kind,
    issuer: requireId(input.issuer, 'issuer'),
    subject: requireId(input.subject, 'subject'),
    issued_before: input.issuedBefore === undefined ? null : requireTime(input.issuedBefore, 'issuedBefore'),
    reason: recordedText(input.reason),
    revoked_by: recordedText(input.revokedBy),
    expires_at: input.expiresAt === undefined ? null : requireTime(input.expiresAt, 'expiresAt'),
  };
}

/** @throws StoreError `schema` when the row is none that this version writes */
export function principalRevocationFrom(row: PrincipalRevocationRow): PrincipalRevocationRecord {
  const record = {
    id: row.id,
    issuer: row.issuer,
    subject: row.subject,
    reason: row.reason,
    revokedBy: row.revoked_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
  };
  if (row.kind === 'subject' && row.issued_before !== null) {
    return { ...record, kind: row.kind, issuedBefore: row.issued_before };
  }
  if (row.kind === 'session' || row.kind === 'token') {
    return { ...record, kind: row.kind, issuedBefore: undefined };
  }
  throw new StoreError('schema', `unknown kind of revocation "${row.kind}" in the database`);
}

function invalid(message: string): StoreError {
  return new StoreError('invalid_input', `revocation: ${message}`);
}
