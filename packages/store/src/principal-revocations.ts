import type { Kysely } from 'kysely';
import type { Clock } from './clock.js';
import { newestCreatedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import {
  type NewPrincipalRevocation,
  type PrincipalRevocationKind,
  type PrincipalRevocationRecord,
  type PrincipalRevocationRow,
  type PrincipalRevocationValues,
  principalRevocationFrom,
  principalRevocationValues,
} from './principal-revocation-record.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import { mergeRevocations, revocationNotFound } from './revocation-terms.js';
import { type Change, createRevocationVersion } from './revocation-version.js';
import type { StoreSchema } from './schema.js';

/** Postgres channel that carries every new version, as a hint to look at once. */
export const PRINCIPAL_REVOCATIONS_CHANNEL = 'stacyvm_principal_revocations';

export interface PrincipalRevocationFilter extends PageRequest {
  readonly kind?: PrincipalRevocationKind;
  readonly issuer?: string;
}

/** Everything that is revoked at one version; also what has expired and is not pruned yet. */
export interface PrincipalRevocationSnapshot {
  readonly version: number;
  /** By id ascending. */
  readonly revocations: readonly PrincipalRevocationRecord[];
}

/** Bearer tokens that count no more; made as that of worker tokens is. */
export interface PrincipalRevocationRepository {
  /**
   * Revokes. A second revocation of the same kind, issuer and subject widens the first and keeps its id: of two
   * `issuedBefore` and of two expiries the later holds, and no expiry outlasts any. @throws StoreError `invalid_input`
   */
  add(revocation: NewPrincipalRevocation): Promise<PrincipalRevocationRecord>;
  /**
   * Revokes what an issuer demands, once: the demand has an id of its own, which from then on is revoked as a token until
   * `expiresAt`. Both happen or neither. Undefined: it was heeded before. @throws StoreError `invalid_input`
   */
  addOnce(
    revocation: NewPrincipalRevocation,
    demand: { readonly tokenId: string; readonly expiresAt: Date },
  ): Promise<PrincipalRevocationRecord | undefined>;
  get(id: string): Promise<PrincipalRevocationRecord | undefined>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: PrincipalRevocationFilter): Promise<Page<PrincipalRevocationRecord>>;
  /** Takes a revocation back. @throws StoreError `not_found` */
  remove(id: string): Promise<PrincipalRevocationRecord>;
  /** Forgets revocations that expired before `now` (the clock's unless told), 1000 at most unless told. @returns how many */
  prune(request?: { readonly now?: Date; readonly limit?: number }): Promise<number>;
  /**
   * What is revoked, or undefined when that is still the known version. Without a change it reads a single row, so every
   * control plane may ask each second. Compare versions for equality only.
   */
  snapshot(knownVersion?: number): Promise<PrincipalRevocationSnapshot | undefined>;
}

export function createPrincipalRevocationRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  randomBytes?: RandomBytes,
): PrincipalRevocationRepository {
  const version = createRevocationVersion(db, {
    list: 'principal_revocations',
    version: 'principal_revocation_version',
    channel: PRINCIPAL_REVOCATIONS_CHANNEL,
  });

  async function insert(
    transaction: Kysely<StoreSchema>,
    values: PrincipalRevocationValues,
  ): Promise<PrincipalRevocationRow> {
    return transaction
      .insertInto('principal_revocations')
      .values({ ...values, id: newRecordId('pv', randomBytes), created_at: clock() })
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  function stored(transaction: Kysely<StoreSchema>, values: PrincipalRevocationValues) {
    return transaction
      .selectFrom('principal_revocations')
      .selectAll()
      .where('kind', '=', values.kind)
      .where('issuer', '=', values.issuer)
      .where('subject', '=', values.subject)
      .executeTakeFirst();
  }

  async function merge(
    transaction: Kysely<StoreSchema>,
    values: PrincipalRevocationValues,
  ): Promise<Change<PrincipalRevocationRecord>> {
    const before = await stored(transaction, values);
    if (before === undefined) {
      return { result: principalRevocationFrom(await insert(transaction, values)), changed: true };
    }
    const merged = mergeRevocations(before, values);
    if (merged === undefined) return { result: principalRevocationFrom(before), changed: false };
    const row = await transaction
      .updateTable('principal_revocations')
      .set(merged)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { result: principalRevocationFrom(row), changed: true };
  }

  return {
    async add(revocation) {
      const values = principalRevocationValues(revocation);
      return version.changing((transaction) => merge(transaction, values));
    },

    async addOnce(revocation, { tokenId, expiresAt }) {
      const values = principalRevocationValues(revocation);
      const { issuer, reason, revokedBy } = revocation;
      const demand = principalRevocationValues({
        kind: 'token',
        issuer,
        subject: tokenId,
        reason: `${reason}: the demand itself`,
        revokedBy,
        expiresAt,
      });
      // One writer at a time: nobody else can heed the same demand in between.
      return version.changing<PrincipalRevocationRecord | undefined>(async (transaction) => {
        if ((await stored(transaction, demand)) !== undefined) return { result: undefined, changed: false };
        await insert(transaction, demand);
        return { result: (await merge(transaction, values)).result, changed: true };
      });
    },

    async get(id) {
      const row = await db
        .selectFrom('principal_revocations')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : principalRevocationFrom(row);
    },

    async list({ kind, issuer, ...page } = {}) {
      let query = db.selectFrom('principal_revocations').selectAll();
      if (kind !== undefined) query = query.where('kind', '=', kind);
      if (issuer !== undefined) query = query.where('issuer', '=', issuer);
      return newestCreatedFirst(query, page, principalRevocationFrom);
    },

    remove: (id) =>
      version.changing(async (transaction) => {
        const row = await transaction
          .deleteFrom('principal_revocations')
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw revocationNotFound(id);
        return { result: principalRevocationFrom(row), changed: true };
      }),

    prune: ({ now = clock(), ...limit } = {}) => version.prune({ before: now, ...limit }),

    async snapshot(knownVersion) {
      const known = await version.snapshot(knownVersion);
      return known && { version: known.version, revocations: known.rows.map(principalRevocationFrom) };
    },
  };
}
