import type { AuditRecord } from '@stacyvm/audit';
import type { Logger } from '@stacyvm/logging';
import { auditRecordOf, type DeliveryRange, type Store } from '@stacyvm/store';
import type { AuditSink } from './audit-sink.js';

export interface RoundOptions {
  readonly sink: Pick<AuditSink, 'name' | 'send' | 'settle'>;
  /** Of the sink in the database. */
  readonly id: string;
  readonly store: Pick<Store, 'auditSinks'>;
  readonly logger: Pick<Logger, 'error'>;
  /** Milliseconds after which no other page is begun; one second unless told. */
  readonly longestMs?: number;
}

export interface RoundResult {
  readonly delivered: number;
  /** Records that are not in the database any more, so that the sink never gets them. */
  readonly missed: number;
  /** Something waits still. */
  readonly isBehind: boolean;
}

/** What is in memory at a time: a page of records. */
const PAGE_RECORDS = 500;
/** So that no chain keeps others waiting, and what was sent is remembered before long. */
const CHAIN_RECORDS = 2_000;
const ROUND_CHAINS = 1_000;
const ROUND_MS = 1_000;

/**
 * Sends what a sink has not had, each chain in its order, and then remembers that it has. When it fails nothing is
 * remembered and all of it is sent again: what a receiver sees twice it had before, in the same order.
 */
export async function deliverRound({
  sink,
  id,
  store,
  logger,
  longestMs = ROUND_MS,
}: RoundOptions): Promise<RoundResult> {
  const waiting = await store.auditSinks.waiting({ id, limit: ROUND_CHAINS });
  const startedAt = performance.now();
  const places = new Map<string, number>();
  const gone: { readonly tenant: string; readonly records: number }[] = [];
  let delivered = 0;
  let missed = 0;
  let isBehind = waiting.length === ROUND_CHAINS;
  for (const chain of waiting) {
    // Where nothing is left to send, that it was pruned is remembered.
    if (chain.after === chain.upTo) places.set(chain.tenant, chain.upTo);
    if (chain.missed > 0) gone.push({ tenant: chain.tenant, records: chain.missed });
  }
  for (const page of pagesOf(waiting)) {
    if (performance.now() - startedAt > longestMs) {
      isBehind = true;
      break;
    }
    const events = await store.auditSinks.events(page.ranges);
    const records = events.map(auditRecordOf);
    gone.push(...gapsOf(page.ranges, records));
    if (records.length > 0) await sink.send(records);
    delivered += records.length;
    for (const { tenant, upTo } of page.ranges) places.set(tenant, upTo);
    isBehind ||= page.isCut;
  }
  if (delivered > 0) await sink.settle();
  // A round that does not get behind what is missing finds it again.
  for (const { tenant, records } of gone) if (places.has(tenant)) tellMissed(tenant, records);
  if (places.size > 0) {
    await store.auditSinks.advance(
      id,
      [...places].map(([tenant, sequence]) => ({ tenant, sequence })),
    );
  }
  return { delivered, missed, isBehind };

  function tellMissed(tenant: string, records: number): void {
    missed += records;
    logger.error('audit records are gone from the database before a sink had them', {
      sink: sink.name,
      tenant_id: tenant,
      records,
      fix: 'raise audit.sink_hold when the sink was away for long; else find out who wrote to the database',
    });
  }
}

/** How many records of each chain are not where they should be. */
function gapsOf(ranges: readonly DeliveryRange[], records: readonly AuditRecord[]) {
  const there = new Map<string, number>();
  for (const { tenant } of records) there.set(tenant, (there.get(tenant) ?? 0) + 1);
  return ranges
    .map(({ tenant, after, upTo }) => ({ tenant, records: upTo - after - (there.get(tenant) ?? 0) }))
    .filter((gap) => gap.records > 0);
}

interface Page {
  readonly ranges: readonly DeliveryRange[];
  /** A chain has more than this round sends of it. */
  readonly isCut: boolean;
}

/** Pages of whole and partial chains, none with more records than a page may have. */
function* pagesOf(waiting: readonly DeliveryRange[]): Generator<Page> {
  let ranges: DeliveryRange[] = [];
  let room = PAGE_RECORDS;
  let isCut = false;
  for (const { tenant, after, upTo } of waiting) {
    const end = Math.min(upTo, after + CHAIN_RECORDS);
    isCut ||= end < upTo;
    for (let from = after; from < end; ) {
      const to = Math.min(end, from + room);
      ranges.push({ tenant, after: from, upTo: to });
      room -= to - from;
      from = to;
      if (room > 0) continue;
      yield { ranges, isCut };
      ranges = [];
      room = PAGE_RECORDS;
    }
  }
  if (ranges.length > 0) yield { ranges, isCut };
}
