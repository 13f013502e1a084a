import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { exactNumber, requireId, requireTime } from './input-rules.js';
import { newestCreatedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import { deleteOldest, type PruneRequest } from './prune.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import { recordedText } from './recorded-text.js';
import type { StoreSchema, WorkerJoinTokensTable } from './schema.js';

export interface NewJoinToken {
  /** The one worker that may join with it. */
  readonly workerId: string;
  /** '' unless told. */
  readonly pool?: string;
  /** SHA-256 of the token, 64 lower-case hexadecimal digits. The token itself never comes here. */
  readonly tokenHash: string;
  /** Id of the principal. */
  readonly createdBy: string;
  readonly expiresAt: Date;
}

export interface JoinTokenRecord {
  /** `jt-` and 24 hexadecimal digits. */
  readonly id: string;
  readonly workerId: string;
  readonly pool: string;
  readonly tokenHash: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly redeemedAt: Date | undefined;
  /** Address. */
  readonly redeemedFrom: string | undefined;
  /** How often it was presented after it had expired or been redeemed. */
  readonly refusedRedemptions: number;
  readonly lastRefusedAt: Date | undefined;
  /** Address. */
  readonly lastRefusedFrom: string | undefined;
}

export interface JoinTokenFilter extends PageRequest {
  readonly workerId?: string;
}

export interface RedeemJoinToken {
  readonly tokenHash: string;
  /** Address of whoever presents it. */
  readonly from: string;
  /** The clock's time unless told. */
  readonly now?: Date;
}

export type JoinTokenRedemption =
  | {
      /** A token that was redeemed and has expired counts as `already_redeemed`. */
      readonly outcome: 'redeemed' | 'expired' | 'already_redeemed';
      readonly record: JoinTokenRecord;
    }
  | { readonly outcome: 'unknown' };

/** Tokens with which a worker joins, once. */
export interface JoinTokenRepository {
  /** @throws StoreError `conflict` when a token with this hash exists, `invalid_input` */
  create(token: NewJoinToken): Promise<JoinTokenRecord>;
  /**
   * Uses the token up. Of any number of attempts, at once or not, in any control plane, one is answered with `redeemed`;
   * the others are counted in the record. @throws StoreError `invalid_input` when the hash is none
   */
  redeem(attempt: RedeemJoinToken): Promise<JoinTokenRedemption>;
  get(id: string): Promise<JoinTokenRecord | undefined>;
  /** Whose token it is, in whatever state; presenting it this way does not count. */
  findByHash(tokenHash: string): Promise<JoinTokenRecord | undefined>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: JoinTokenFilter): Promise<Page<JoinTokenRecord>>;
  /** @throws StoreError `not_found` */
  delete(id: string): Promise<void>;
  /** Forgets tokens that expired before `before`, redeemed or not. @returns how many */
  prune(request: PruneRequest): Promise<number>;
}

export function createJoinTokenRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  randomBytes?: RandomBytes,
): JoinTokenRepository {
  return {
    async create({ workerId, pool = '', tokenHash, createdBy, expiresAt }) {
      const row = await db
        .insertInto('worker_join_tokens')
        .values({
          id: newRecordId('jt', randomBytes),
          worker_id: requireId(workerId, 'worker id'),
          pool: pool === '' ? '' : requireId(pool, 'pool'),
          token_hash: requireHash(tokenHash),
          created_by: recordedText(createdBy),
          created_at: clock(),
          expires_at: requireTime(expiresAt, 'expiresAt'),
        })
        .onConflict((conflict) => conflict.column('token_hash').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) {
        throw new StoreError('conflict', 'a join token with this hash exists');
      }
      return joinTokenFrom(row);
    },

    async redeem({ tokenHash, from, now = clock() }) {
      const hash = requireHash(tokenHash);
      const address = recordedText(from);
      requireTime(now, 'now');
      const redeemed = await db
        .updateTable('worker_join_tokens')
        .set({ redeemed_at: now, redeemed_from: address })
        .where('token_hash', '=', hash)
        .where('redeemed_at', 'is', null)
        .where('expires_at', '>', now)
        .returningAll()
        .executeTakeFirst();
      if (redeemed !== undefined) {
        return { outcome: 'redeemed', record: joinTokenFrom(redeemed) };
      }
      const refused = await db
        .updateTable('worker_join_tokens')
        .set({
          refused_redemptions: sql<number>`refused_redemptions + 1`,
          last_refused_at: now,
          last_refused_from: address,
        })
        .where('token_hash', '=', hash)
        .where((eb) => eb.or([eb('redeemed_at', 'is not', null), eb('expires_at', '<=', now)]))
        .returningAll()
        .executeTakeFirst();
      if (refused === undefined) {
        return { outcome: 'unknown' };
      }
      const outcome = refused.redeemed_at === null ? 'expired' : 'already_redeemed';
      return { outcome, record: joinTokenFrom(refused) };
    },

    async get(id) {
      const row = await db
        .selectFrom('worker_join_tokens')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : joinTokenFrom(row);
    },

    async findByHash(tokenHash) {
      const row = await db
        .selectFrom('worker_join_tokens')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst();
      return row === undefined ? undefined : joinTokenFrom(row);
    },

    async list({ workerId, ...page } = {}) {
      let query = db.selectFrom('worker_join_tokens').selectAll();
      if (workerId !== undefined) {
        query = query.where('worker_id', '=', workerId);
      }
      return newestCreatedFirst(query, page, joinTokenFrom);
    },

    async delete(id) {
      const result = await db.deleteFrom('worker_join_tokens').where('id', '=', id).executeTakeFirst();
      if (result.numDeletedRows === 0n) {
        throw new StoreError('not_found', `not found: join token "${id}"`);
      }
    },

    prune: (request) => deleteOldest(db, { table: 'worker_join_tokens', column: 'expires_at' }, request),
  };
}

function requireHash(tokenHash: string): string {
  if (!/^[0-9a-f]{64}$/.test(tokenHash)) {
    throw new StoreError('invalid_input', 'join token hash must be 64 lower-case hexadecimal digits');
  }
  return tokenHash;
}

function joinTokenFrom(row: Selectable<WorkerJoinTokensTable>): JoinTokenRecord {
  return {
    id: row.id,
    workerId: row.worker_id,
    pool: row.pool,
    tokenHash: row.token_hash,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    redeemedAt: row.redeemed_at ?? undefined,
    redeemedFrom: row.redeemed_from ?? undefined,
    refusedRedemptions: exactNumber(row.refused_redemptions, 'count of refused redemptions'),
    lastRefusedAt: row.last_refused_at ?? undefined,
    lastRefusedFrom: row.last_refused_from ?? undefined,
  };
}
