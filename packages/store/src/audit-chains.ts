import {
  type AuditStatement,
  type ChainEnd,
  EMPTY_CHAIN,
  type StatementContent,
  type StatementKind,
} from '@stacyvm/audit';
import { type Kysely, type Selectable, sql } from 'kysely';
import { type AuditEvent, auditEventFrom } from './audit-event.js';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { exactNumber, requireCount } from './input-rules.js';
import {
  decodeListPosition,
  encodeListPosition,
  invalidCursor,
  type Page,
  type PageRequest,
  pageLimit,
  pageOf,
} from './page.js';
import { checkedPruneRequest, type PruneRequest } from './prune.js';
import type { AuditHeadsTable, AuditStatementsTable, StoreSchema } from './schema.js';

/** Where a chain stands. */
export interface AuditHead extends ChainEnd {
  readonly tenant: string;
  /** Up to here it was pruned; 0 is nothing. */
  readonly anchorSequence: number;
  /** Up to here it is signed; 0 is nothing. */
  readonly checkpointSequence: number;
  /** When it was appended to; undefined for a chain that has no event yet. */
  readonly updatedAt: Date | undefined;
}

export interface ChainRange {
  readonly tenant: string;
  /** Events behind this place; 0 is from the start. */
  readonly after: number;
  /** Events up to this place. */
  readonly upTo?: number;
  /** Events at most; 100 unless told, capped at 1000. */
  readonly limit?: number;
}

/** Says that a chain was pruned. */
export type MakeAnchor = (content: StatementContent) => AuditStatement;

export interface AuditPruneRequest extends PruneRequest {
  /** What a sink has not had yet only goes from before this time; left out, nothing is kept for sinks. */
  readonly undeliveredBefore?: Date;
}

/** The chains themselves: their ends, what was said of them, and their beginnings, which go. */
export interface AuditChains {
  head(tenant: string): Promise<AuditHead>;
  /** By tenant. @throws StoreError `invalid_input` on a foreign cursor */
  heads(request?: PageRequest & { readonly unsigned?: boolean }): Promise<Page<AuditHead>>;
  /** Events of a chain in their order. */
  chain(range: ChainRange): Promise<readonly AuditEvent[]>;
  /** Checkpoints of a chain in their order, the anchor not among them. */
  checkpoints(range: ChainRange): Promise<readonly AuditStatement[]>;
  /** What was said when the chain was last pruned. */
  anchor(tenant: string): Promise<AuditStatement | undefined>;
  /** One that is there already stays. @throws StoreError `invalid_input` */
  addCheckpoint(statement: AuditStatement): Promise<void>;
  /**
   * Forgets events from before `before`, from the start of each chain on and never out of its middle: what is older but
   * stands behind something younger stays with it. An event of the future goes with what is old behind it.
   *
   * @returns how many
   */
  prune(request: AuditPruneRequest, makeAnchor: MakeAnchor): Promise<number>;
}

/** Clocks of control planes that are kept by NTP differ by less. */
const CLOCK_TOLERANCE_MS = 60_000;

export function createAuditChains(db: Kysely<StoreSchema>, clock: Clock): AuditChains {
  async function pruneChain(
    tenant: string,
    upTo: number,
    { before, undeliveredBefore = before }: Pick<AuditPruneRequest, 'before' | 'undeliveredBefore'>,
    makeAnchor: MakeAnchor,
  ): Promise<number> {
    // What has not happened yet was dated by a clock that was wrong: how old it is is told by what stands behind it.
    const notYet = new Date(clock().getTime() + CLOCK_TOLERANCE_MS);
    return db.transaction().execute(async (transaction) => {
      const head = await transaction
        .selectFrom('audit_heads')
        .select('anchor_sequence')
        .where('tenant', '=', tenant)
        .forUpdate()
        .executeTakeFirst();
      // Another control plane prunes as well; what it took is gone.
      const last = await transaction
        .selectFrom('audit_events')
        .select(['sequence', 'hash'])
        .where('tenant', '=', tenant)
        .where('sequence', '<=', String(upTo))
        .where('at', '<', before)
        .where((eb) => eb.or([eb('at', '<', undeliveredBefore), deliveredEverywhere(tenant)]))
        .where(
          'sequence',
          '<',
          sql<string>`(select coalesce(min(sequence), ${upTo + 1}) from audit_events
            where tenant = ${tenant} and sequence <= ${upTo} and at >= ${before} and at <= ${notYet})`,
        )
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (head === undefined || last === undefined) return 0;
      const sequence = exactNumber(last.sequence, 'audit sequence');
      const anchor = makeAnchor({
        statement: 'anchor',
        tenant,
        sequence,
        hash: last.hash,
        at: clock().toISOString(),
      });
      await transaction.insertInto('audit_statements').values(statementRow(anchor)).execute();
      await transaction
        .updateTable('audit_heads')
        .set({ anchor_sequence: sequence })
        .where('tenant', '=', tenant)
        .execute();
      await transaction
        .deleteFrom('audit_statements')
        .where('tenant', '=', tenant)
        .where('sequence', '<=', String(sequence))
        .where((eb) => eb.or([eb('sequence', '<', String(sequence)), eb('kind', '=', 'checkpoint')]))
        .execute();
      const { numDeletedRows } = await transaction
        .deleteFrom('audit_events')
        .where('tenant', '=', tenant)
        .where('sequence', '<=', String(sequence))
        .executeTakeFirst();
      return Number(numDeletedRows);
    });
  }

  return {
    async head(tenant) {
      const row = await db
        .selectFrom('audit_heads')
        .selectAll()
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row === undefined
        ? { ...EMPTY_CHAIN, tenant, anchorSequence: 0, checkpointSequence: 0, updatedAt: undefined }
        : headFrom(row);
    },

    async heads({ limit, after, unsigned = false } = {}) {
      const size = pageLimit(limit);
      let query = db.selectFrom('audit_heads').selectAll();
      if (unsigned) query = query.whereRef('checkpoint_sequence', '<', 'sequence');
      if (after !== undefined) {
        const [mark, ...words] = decodeListPosition(after);
        if (mark !== 't' || words.length === 0) throw invalidCursor();
        const tenant = words.join(' ');
        query = query.where(sql<boolean>`tenant collate "C" > ${tenant} collate "C"`);
      }
      const rows = await query
        .orderBy(sql`tenant collate "C"`)
        .limit(size + 1)
        .execute();
      return pageOf(rows.map(headFrom), size, ({ tenant }) => encodeListPosition(['t', tenant]));
    },

    async chain({ tenant, after, upTo, limit }) {
      let query = db
        .selectFrom('audit_events')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('sequence', '>', String(requireCount(after, 'after')));
      if (upTo !== undefined) query = query.where('sequence', '<=', String(requireCount(upTo, 'upTo')));
      const rows = await query.orderBy('sequence').limit(pageLimit(limit)).execute();
      return rows.map(auditEventFrom);
    },

    async checkpoints({ tenant, after, upTo, limit }) {
      let query = db
        .selectFrom('audit_statements')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('kind', '=', 'checkpoint')
        .where('sequence', '>', String(requireCount(after, 'after')));
      if (upTo !== undefined) query = query.where('sequence', '<=', String(requireCount(upTo, 'upTo')));
      const rows = await query.orderBy('sequence').limit(pageLimit(limit)).execute();
      return rows.map(statementFrom);
    },

    async anchor(tenant) {
      const row = await db
        .selectFrom('audit_statements')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('kind', '=', 'anchor')
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : statementFrom(row);
    },

    async addCheckpoint(statement) {
      if (statement.statement !== 'checkpoint' || statement.signature === '') {
        throw new StoreError('invalid_input', 'only signed checkpoints are kept');
      }
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('audit_statements')
          .values(statementRow(statement))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await transaction
          .updateTable('audit_heads')
          .set({ checkpoint_sequence: statement.sequence })
          .where('tenant', '=', statement.tenant)
          .where('checkpoint_sequence', '<', String(statement.sequence))
          .execute();
      });
    },

    async prune(request, makeAnchor) {
      const { before, limit } = checkedPruneRequest(request);
      const { undeliveredBefore } = request;
      const { rows } = await sql<{ tenant: string; up_to: string }>`
        with old as (
          select tenant, sequence from audit_events where at < ${before} order by at, id limit ${limit})
        select tenant, max(sequence) as up_to from old group by tenant order by tenant`.execute(db);
      let pruned = 0;
      for (const { tenant, up_to: upTo } of rows) {
        pruned += await pruneChain(
          tenant,
          exactNumber(upTo, 'audit sequence'),
          { before, ...(undeliveredBefore === undefined ? {} : { undeliveredBefore }) },
          makeAnchor,
        );
      }
      return pruned;
    },
  };
}

/** Whether every sink that is known has had an event of the chain; one that has not begun it has had nothing. */
function deliveredEverywhere(tenant: string) {
  return sql<boolean>`sequence <= all (
    select coalesce(cursor.sequence, 0) from audit_sinks as sink
    left join audit_sink_cursors as cursor on cursor.sink = sink.id and cursor.tenant = ${tenant})`;
}

function headFrom(row: Selectable<AuditHeadsTable>): AuditHead {
  return {
    tenant: row.tenant,
    sequence: exactNumber(row.sequence, 'audit sequence'),
    hash: row.hash,
    anchorSequence: exactNumber(row.anchor_sequence, 'audit sequence'),
    checkpointSequence: exactNumber(row.checkpoint_sequence, 'audit sequence'),
    updatedAt: row.updated_at,
  };
}

function statementFrom(row: Selectable<AuditStatementsTable>): AuditStatement {
  return {
    statement: row.kind as StatementKind,
    version: 1,
    tenant: row.tenant,
    sequence: exactNumber(row.sequence, 'audit sequence'),
    hash: row.hash,
    at: row.at.toISOString(),
    key_id: row.key_id,
    signature: row.signature,
  };
}

function statementRow({ statement, version: _version, at, ...columns }: AuditStatement) {
  return { ...columns, kind: statement, at: new Date(at) };
}
