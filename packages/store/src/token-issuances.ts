import type { Kysely, Selectable } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber, requireId, requireTime } from './input-rules.js';
import { newestNumberedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import { deleteOldest, type PruneRequest } from './prune.js';
import { recordedText } from './recorded-text.js';
import type { StoreSchema, WorkerTokenIssuancesTable } from './schema.js';

/** That a worker token was issued; the token itself is never stored. */
export interface NewTokenIssuance {
  /** The `jti`. */
  readonly tokenId: string;
  readonly workerId: string;
  /** Id of the principal that asked for it. */
  readonly requester: string;
  /** What the requester proved itself with; '' when that has no id. */
  readonly credentialId: string;
  /** The way it was asked for, in one word, such as `api` or `enrolment`. */
  readonly method: string;
  readonly audience: string;
  /** null: the token names none and has the default set of its audience. */
  readonly scopes: readonly string[] | null;
  readonly keyFingerprint: string;
  readonly sourceAddress: string;
  readonly requestId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface TokenIssuanceRecord extends NewTokenIssuance {
  /** Grows with every issuance. */
  readonly id: number;
}

export interface TokenIssuanceFilter extends PageRequest {
  readonly workerId?: string;
}

/** The record of issued worker tokens; it only grows, until `prune`. */
export interface TokenIssuanceRepository {
  /** Longer texts than 512 characters are cut. @throws StoreError `conflict` when the token id is taken, `invalid_input` */
  append(issuance: NewTokenIssuance): Promise<TokenIssuanceRecord>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: TokenIssuanceFilter): Promise<Page<TokenIssuanceRecord>>;
  find(tokenId: string): Promise<TokenIssuanceRecord | undefined>;
  /** Forgets tokens that expired before `before`. @returns how many */
  prune(request: PruneRequest): Promise<number>;
}

export function createTokenIssuanceRepository(db: Kysely<StoreSchema>): TokenIssuanceRepository {
  return {
    async append(issuance) {
      const row = await db
        .insertInto('worker_token_issuances')
        .values({
          token_id: requireId(issuance.tokenId, 'token id'),
          worker_id: requireId(issuance.workerId, 'worker id'),
          requester: recordedText(issuance.requester),
          credential_id: recordedText(issuance.credentialId),
          method: recordedText(issuance.method),
          audience: requireId(issuance.audience, 'audience'),
          scopes: issuance.scopes === null ? null : [...issuance.scopes],
          key_fingerprint: recordedText(issuance.keyFingerprint),
          source_address: recordedText(issuance.sourceAddress),
          request_id: recordedText(issuance.requestId),
          issued_at: requireTime(issuance.issuedAt, 'issuedAt'),
          expires_at: requireTime(issuance.expiresAt, 'expiresAt'),
        })
        .onConflict((conflict) => conflict.column('token_id').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) {
        throw new StoreError('conflict', 'a token with this id was issued before');
      }
      return issuanceFrom(row);
    },

    async list({ workerId, ...page } = {}) {
      let query = db.selectFrom('worker_token_issuances').selectAll();
      if (workerId !== undefined) {
        query = query.where('worker_id', '=', workerId);
      }
      return newestNumberedFirst(query, page, issuanceFrom);
    },

    async find(tokenId) {
      const row = await db
        .selectFrom('worker_token_issuances')
        .selectAll()
        .where('token_id', '=', tokenId)
        .executeTakeFirst();
      return row === undefined ? undefined : issuanceFrom(row);
    },

    prune: (request) => deleteOldest(db, { table: 'worker_token_issuances', column: 'expires_at' }, request),
  };
}

function issuanceFrom(row: Selectable<WorkerTokenIssuancesTable>): TokenIssuanceRecord {
  return {
    id: exactNumber(row.id, 'token issuance id'),
    tokenId: row.token_id,
    workerId: row.worker_id,
    requester: row.requester,
    credentialId: row.credential_id,
    method: row.method,
    audience: row.audience,
    scopes: row.scopes,
    keyFingerprint: row.key_fingerprint,
    sourceAddress: row.source_address,
    requestId: row.request_id,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
  };
}
