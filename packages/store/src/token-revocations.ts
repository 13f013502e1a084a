import type { Kysely } from 'kysely';
import type { Clock } from './clock.js';
import { newestCreatedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import { mergeRevocations, revocationNotFound } from './revocation-terms.js';
import { createRevocationVersion } from './revocation-version.js';
import type { StoreSchema } from './schema.js';
import {
  type NewTokenRevocation,
  type RevocationKind,
  revocationFrom,
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
  const version = createRevocationVersion(db, {
    list: 'worker_token_revocations',
    version: 'worker_revocation_version',
    channel: REVOCATIONS_CHANNEL,
  });

  return {
    async add(revocation) {
      const values = revocationValues(revocation);
      return version.changing(async (transaction) => {
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
      version.changing(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('worker_token_revocations')
          .where('id', '=', id)
          .executeTakeFirst();
        if (numDeletedRows === 0n) {
          throw revocationNotFound(id);
        }
        return { result: undefined, changed: true };
      }),

    prune: ({ now = clock(), ...limit } = {}) => version.prune({ before: now, ...limit }),

    async snapshot(knownVersion) {
      const known = await version.snapshot(knownVersion);
      return known && { version: known.version, revocations: known.rows.map(revocationFrom) };
    },
  };
}
