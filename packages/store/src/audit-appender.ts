import {
  type AuditRecord,
  type ChainEnd,
  chainRecord,
  EMPTY_CHAIN,
  type UnchainedRecord,
} from '@stacyvm/audit';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type AuditEvent, auditEventFrom, type NewAuditEvent, unchainedRecord } from './audit-event.js';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import type { StoreSchema } from './schema.js';

/** Keeps a transaction short, and one statement far below the parameters that the protocol allows. */
const BATCH_SIZE = 250;
/** More wait only when the database is slower than all callers together; a growing heap would be no answer to that. */
const MAX_WAITING = 10_000;
/** A head that two processes made at once, or a deadlock; the batch is then tried again. */
const ATTEMPTS = 5;

interface Waiting {
  readonly record: UnchainedRecord;
  readonly resolve: (event: AuditEvent) => void;
  readonly reject: (error: unknown) => void;
}

/** Appends events to their chains. */
export type AppendAuditEvent = (event: NewAuditEvent) => Promise<AuditEvent>;

/**
 * Events that come while a transaction is under way go into the next one together: a chain has one head, and its lock is
 * taken once for all of them. Nothing waits on purpose, and what was answered is committed.
 */
export function createAuditAppender(db: Kysely<StoreSchema>, clock: Clock): AppendAuditEvent {
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_SIZE);
      waiting = waiting.slice(BATCH_SIZE);
      try {
        const events = await appendBatch(
          db,
          batch.map(({ record }) => record),
        );
        for (const [index, { resolve, reject }] of batch.entries()) {
          const event = events[index];
          if (event === undefined) reject(new StoreError('internal', 'an audit event was not stored'));
          else resolve(event);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isWriting = false;
  }

  return async (event) => {
    const record = unchainedRecord(event, clock());
    if (waiting.length >= MAX_WAITING) {
      throw new StoreError('unavailable', 'more audit events wait for the database than are kept');
    }
    return new Promise((resolve, reject) => {
      waiting.push({ record, resolve, reject });
      if (!isWriting) void writeAll();
    });
  };
}

async function appendBatch(
  db: Kysely<StoreSchema>,
  records: readonly UnchainedRecord[],
): Promise<readonly AuditEvent[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute((transaction) => appendIn(transaction, records));
    } catch (error) {
      const isLostRace = error instanceof StoreError && error.code === 'conflict';
      if (!isLostRace || attempt === ATTEMPTS) throw error;
    }
  }
}

async function appendIn(
  transaction: Transaction<StoreSchema>,
  records: readonly UnchainedRecord[],
): Promise<readonly AuditEvent[]> {
  const ends = await lockHeads(transaction, [...new Set(records.map(({ tenant }) => tenant))].sort());
  const chained = records.map((record): AuditRecord => {
    const next = chainRecord(ends.get(record.tenant) ?? EMPTY_CHAIN, record);
    ends.set(record.tenant, next);
    return next;
  });
  const inserted = await transaction
    .insertInto('audit_events')
    .values(
      chained.map(({ version: _version, at, detail, ...columns }) => ({
        ...columns,
        at: new Date(at),
        detail: JSON.stringify(detail),
      })),
    )
    .returningAll()
    .execute();
  const tenants = [...ends.keys()];
  const places = tenants.map((tenant) => ends.get(tenant) ?? EMPTY_CHAIN);
  const now = records.at(-1)?.at ?? '';
  await sql`
    update audit_heads set sequence = ended.sequence, hash = ended.hash, updated_at = ${now}::timestamptz
    from unnest(${tenants}::text[], ${places.map(({ sequence }) => sequence)}::bigint[],
      ${places.map(({ hash }) => hash)}::text[]) as ended (tenant, sequence, hash)
    where audit_heads.tenant = ended.tenant`.execute(transaction);
  const events = new Map(inserted.map((row) => [row.event_id, auditEventFrom(row)]));
  return chained.flatMap(({ event_id: eventId }) => events.get(eventId) ?? []);
}

/** Where the chains end. Nobody else appends to them until the transaction is over; the order of locks is that of names. */
async function lockHeads(
  transaction: Transaction<StoreSchema>,
  tenants: readonly string[],
): Promise<Map<string, ChainEnd>> {
  const locked = await headsForUpdate(transaction, tenants);
  if (locked.size === tenants.length) return locked;
  await sql`
    insert into audit_heads (tenant, sequence, hash, updated_at)
    select tenant, 0, ${EMPTY_CHAIN.hash}, now() from unnest(${tenants}::text[]) as tenant
    on conflict do nothing`.execute(transaction);
  return headsForUpdate(transaction, tenants);
}

async function headsForUpdate(
  transaction: Transaction<StoreSchema>,
  tenants: readonly string[],
): Promise<Map<string, ChainEnd>> {
  const rows = await transaction
    .selectFrom('audit_heads')
    .select(['tenant', 'sequence', 'hash'])
    .where('tenant', 'in', tenants)
    .orderBy(sql`tenant collate "C"`)
    .forUpdate()
    .execute();
  return new Map(
    rows.map(({ tenant, sequence, hash }) => [
      tenant,
      { sequence: exactNumber(sequence, 'audit sequence'), hash },
    ]),
  );
}
