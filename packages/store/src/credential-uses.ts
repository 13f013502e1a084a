import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { exactNumber, requireCount, requireId, requireTime } from './input-rules.js';
import { MAX_LIST_LIMIT, type Page, type PageRequest, pageLimit, pageOf, serialCursor } from './page.js';
import { deleteOldest, type PruneRequest } from './prune.js';
import { recordedText } from './recorded-text.js';
import type { StoreSchema, WorkerCredentialUsesTable } from './schema.js';
import type { WorkerCredential } from './worker-credential.js';

/** That a worker authenticated with a credential. Other fields of a `WorkerCredential` are not looked at. */
export interface CredentialUse
  extends Pick<WorkerCredential, 'form' | 'kind' | 'keyRole' | 'keyFingerprint'> {
  readonly workerId: string;
  /** The clock's time unless told. */
  readonly seenAt?: Date;
  /** How many uses this stands for; 1 unless told. */
  readonly count?: number;
}

/** What a credential is counted by; '' where the form of credential has none. */
interface CountedCredential {
  readonly form: 'signed' | 'static';
  readonly kind: 'shared' | 'worker' | '';
  readonly keyRole: string;
  readonly keyFingerprint: string;
}

export interface CredentialUseRecord extends CountedCredential {
  readonly workerId: string;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly count: number;
}

export interface CredentialUseSummary extends CountedCredential {
  /** How many workers used it. */
  readonly workers: number;
  readonly lastSeen: Date;
  readonly count: number;
}

export interface CredentialUseFilter extends PageRequest {
  readonly workerId?: string;
}

/** Which worker used which key or kind of static token, when and how often: it shows which old key may go. */
export interface CredentialUseRepository {
  /** Counts any number of uses in one statement. @throws StoreError `invalid_input`, and then none is counted */
  record(uses: readonly CredentialUse[]): Promise<void>;
  /** By worker id, then in the order of first use. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: CredentialUseFilter): Promise<Page<CredentialUseRecord>>;
  /** By key and role, static tokens by their kind; the last used first, 1000 at most. */
  summaryByKey(): Promise<readonly CredentialUseSummary[]>;
  /** Forgets credentials that were last used before `before`. @returns how many */
  prune(request: PruneRequest): Promise<number>;
}

export function createCredentialUseRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
): CredentialUseRepository {
  return {
    async record(uses) {
      const rows = countedUses(uses, clock());
      if (rows.length === 0) {
        return;
      }
      const column = <K extends keyof CredentialUseRecord>(name: K) => rows.map((row) => row[name]);
      await sql`
        insert into worker_credential_uses as known
          (worker_id, form, kind, key_role, key_fingerprint, first_seen, last_seen, count)
        select * from unnest(
          ${column('workerId')}::text[], ${column('form')}::text[], ${column('kind')}::text[],
          ${column('keyRole')}::text[], ${column('keyFingerprint')}::text[],
          ${column('firstSeen')}::timestamptz[], ${column('lastSeen')}::timestamptz[],
          ${column('count')}::bigint[])
        on conflict (worker_id, form, kind, key_role, key_fingerprint) do update set
          first_seen = least(known.first_seen, excluded.first_seen),
          last_seen = greatest(known.last_seen, excluded.last_seen),
          count = known.count + excluded.count`.execute(db);
    },

    async list({ limit, after, workerId } = {}) {
      const size = pageLimit(limit);
      let query = db.selectFrom('worker_credential_uses').selectAll();
      if (workerId !== undefined) {
        query = query.where('worker_id', '=', workerId);
      }
      if (after !== undefined) {
        const cursor = decodeCursor(after);
        query = query.where(sql<boolean>`(worker_id, id) > (${cursor.workerId}, ${cursor.id}::bigint)`);
      }
      const rows = await query
        .orderBy('worker_id')
        .orderBy('id')
        .limit(size + 1)
        .execute();
      const page = pageOf(rows, size, encodeCursor);
      return { ...page, items: page.items.map(useFrom) };
    },

    async summaryByKey() {
      const rows = await db
        .selectFrom('worker_credential_uses')
        .select(['form', 'kind', 'key_role', 'key_fingerprint'])
        .select((eb) => [
          eb.cast<number>(eb.fn.count('worker_id').distinct(), 'integer').as('workers'),
          eb.fn.max('last_seen').as('last_seen'),
          // A sum of bigint is a numeric, whose text is that of an integer here.
          eb.fn.sum<string>('count').as('count'),
        ])
        .groupBy(['form', 'kind', 'key_role', 'key_fingerprint'])
        .orderBy('last_seen', 'desc')
        .orderBy('key_fingerprint')
        .orderBy('key_role')
        .orderBy('kind')
        .limit(MAX_LIST_LIMIT)
        .execute();
      return rows.map((row) => ({
        ...credentialFrom(row),
        workers: row.workers,
        lastSeen: row.last_seen,
        count: exactNumber(row.count, 'count of credential uses'),
      }));
    },

    prune: (request) => deleteOldest(db, { table: 'worker_credential_uses', column: 'last_seen' }, request),
  };
}

/** One row a worker and credential, in a fixed order, so that two control planes with the same ones cannot deadlock. */
function countedUses(uses: readonly CredentialUse[], now: Date): readonly CredentialUseRecord[] {
  const counted = new Map<string, CredentialUseRecord>();
  for (const { workerId, form, kind, keyRole, keyFingerprint, seenAt = now, count = 1 } of uses) {
    const credential: CountedCredential = {
      form,
      kind: kind ?? '',
      keyRole: recordedText(keyRole ?? ''),
      keyFingerprint: recordedText(keyFingerprint ?? ''),
    };
    const key = JSON.stringify([
      workerId,
      form,
      credential.kind,
      credential.keyRole,
      credential.keyFingerprint,
    ]);
    const seen = requireTime(seenAt, 'seenAt');
    const known = counted.get(key);
    counted.set(key, {
      ...credential,
      workerId: requireId(workerId, 'worker id'),
      firstSeen: known !== undefined && known.firstSeen < seen ? known.firstSeen : seen,
      lastSeen: known !== undefined && known.lastSeen > seen ? known.lastSeen : seen,
      count: requireCount(count, 'count', 1) + (known?.count ?? 0),
    });
  }
  return [...counted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
}

type UseRow = Selectable<WorkerCredentialUsesTable>;

function useFrom(row: UseRow): CredentialUseRecord {
  return {
    ...credentialFrom(row),
    workerId: row.worker_id,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    count: exactNumber(row.count, 'count of credential uses'),
  };
}

function credentialFrom(
  row: Pick<UseRow, 'form' | 'kind' | 'key_role' | 'key_fingerprint'>,
): CountedCredential {
  const { form, kind } = row;
  if ((form !== 'signed' && form !== 'static') || (kind !== 'shared' && kind !== 'worker' && kind !== '')) {
    throw new StoreError('schema', `unknown form of credential "${form}" "${kind}" in the database`);
  }
  return { form, kind, keyRole: row.key_role, keyFingerprint: row.key_fingerprint };
}

function encodeCursor({ id, worker_id }: UseRow): string {
  return Buffer.from(`${id} ${worker_id}`, 'utf8').toString('base64url');
}

function decodeCursor(text: string): { readonly id: string; readonly workerId: string } {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const separator = decoded.indexOf(' ');
  return {
    id: serialCursor(decoded.slice(0, Math.max(separator, 0))),
    workerId: decoded.slice(separator + 1),
  };
}
