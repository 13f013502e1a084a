import type { Kysely } from 'kysely';
import type { Clock } from './clock.js';
import { newestCreatedFirst } from './newest-first.js';
import { MAX_LIST_LIMIT, type Page, type PageRequest } from './page.js';
import { deleteOldest } from './prune.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import { createRevocationVersion } from './revocation-version.js';
import type { StoreSchema } from './schema.js';
import {
  mergeRevocations,
  type NewTokenRevocation,
  type RevocationKind,
  revocationFrom,
  revocationNotFound,
  revocationValues,
  type TokenRevocationRecord,
} from './token-revocation-record.js';

/** Postgres channel that carries every new version, as a hint to look at once. */
export const REVOCATIONS_CHANNEL = 'stacyvm_revocations';

export interface TokenRevocationFilter extends PageRequest {
  readonly kind?: RevocationKind;
}

/** Everything that is revoked at one version; also what has expired and is not pruned yet. */
export interface RevocationSnapshot {
  readonly version: number;
  /** By id ascending. */
  readonly revocations: readonly TokenRevocationRecord[];
}

export interface TokenRevocationRepository {
  /**
   * Revokes. A second revocation of the same kind and subject widens the first and keeps its id: of two `issuedBefore`
   * and of two expiries the later holds, and no expiry outlasts any. @throws StoreError `invalid_input`
   */
  add(revocation: NewTokenRevocation): Promise<TokenRevocationRecord>;
  get(id: string): Promise<TokenRevocationRecord | undefined>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: TokenRevocationFilter): Promise<Page<TokenRevocationRecord>>;
  /** Takes a revocation back. @throws StoreError `not_found` */
  remove(id: string): Promise<void>;
  /** Forgets revocations that expired before `now` (the clock's unless told), 1000 at most unless told. @returns how many */
  prune(request?: { readonly now?: Date; readonly limit?: number }): Promise<number>;
  /**
   * What is revoked, or undefined when that is still the known version. Without a change it reads a single row, so
   * every control plane may ask each second. The version is the same for every control plane and changes together with
   * the revocations. Compare it for equality only: the restore of a backup takes it back.
   */
  snapshot(knownVersion?: number): Promise<RevocationSnapshot | undefined>;
}

export function createTokenRevocationRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  randomBytes?: RandomBytes,
): TokenRevocationRepository {
  const version = createRevocationVersion(db, 'worker_revocation_version', REVOCATIONS_CHANNEL);
  const { changing } = version;

  return {
    async add(revocation) {
      const values = revocationValues(revocation);
      return changing(async (transaction) => {
        const stored = await transaction
          .selectFrom('worker_token_revocations')
          .selectAll()
          .where('kind', '=', values.kind)
          .where('subject', '=', values.subject)
          .executeTakeFirst();
        if (stored === undefined) {
          const row = await transaction
            .insertInto('worker_token_revocations')
            .values({ ...values, id: newRecordId('rv', randomBytes), created_at: clock() })
            .returningAll()
            .executeTakeFirstOrThrow();
          return { result: revocationFrom(row), changed: true };
        }
        const merged = mergeRevocations(stored, values);
        if (merged === undefined) {
          return { result: revocationFrom(stored), changed: false };
        }
        const row = await transaction
          .updateTable('worker_token_revocations')
          .set(merged)
          .where('id', '=', stored.id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return { result: revocationFrom(row), changed: true };
      });
    },

    async get(id) {
      const row = await db
        .selectFrom('worker_token_revocations')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : revocationFrom(row);
    },

    async list({ kind, ...page } = {}) {
      let query = db.selectFrom('worker_token_revocations').selectAll();
      if (kind !== undefined) {
        query = query.where('kind', '=', kind);
      }
      return newestCreatedFirst(query, page, revocationFrom);
    },

    remove: (id) =>
      changing(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('worker_token_revocations')
          .where('id', '=', id)
          .executeTakeFirst();
        if (numDeletedRows === 0n) {
          throw revocationNotFound(id);
        }
        return { result: undefined, changed: true };
      }),

    prune: ({ now = clock(), ...limit } = {}) =>
      changing(async (transaction) => {
        const target = { table: 'worker_token_revocations', column: 'expires_at' } as const;
        const deleted = await deleteOldest(transaction, target, { before: now, ...limit });
        return { result: deleted, changed: deleted > 0 };
      }),

    async snapshot(knownVersion) {
      if (knownVersion !== undefined && (await version.read(db)) === knownVersion) {
        return undefined;
      }
      return db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (transaction) => ({
          version: await version.read(transaction),
          revocations: await readAll(transaction),
        }));
    },
  };
}

/** Page by page, so that no single statement grows with the table. */
async function readAll(transaction: Kysely<StoreSchema>): Promise<readonly TokenRevocationRecord[]> {
  const revocations: TokenRevocationRecord[] = [];
  for (let after = ''; ; ) {
    const rows = await transaction
      .selectFrom('worker_token_revocations')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(MAX_LIST_LIMIT)
      .execute();
    revocations.push(...rows.map(revocationFrom));
    const last = rows.at(-1);
    if (rows.length < MAX_LIST_LIMIT || last === undefined) {
      return revocations;
    }
    after = last.id;
  }
}
