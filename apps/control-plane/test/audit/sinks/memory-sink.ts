import type { AuditRecord } from '@stacyvm/audit';
import type { AuditSink } from '../../../src/audit/sinks/audit-sink.js';

/** A sink that can be broken, and remembers what it was sent and what it confirmed. */
export interface MemorySink extends AuditSink {
  readonly sent: readonly AuditRecord[];
  readonly largestPage: () => number;
  /** What the next calls fail with. */
  breakBy(part: 'identity' | 'send' | 'settle' | undefined): void;
  /** From now on it is another place. */
  become(id: string): void;
  isClosed(): boolean;
}

export function memorySink(firstId: string): MemorySink {
  let id = firstId;
  const sent: AuditRecord[] = [];
  let largest = 0;
  let broken: string | undefined;
  let closed = false;
  const failAt = (part: string): void => {
    if (broken === part) throw Object.assign(new Error('the sink is away'), { code: 'EAWAY' });
  };
  return {
    name: `memory:${firstId}`,
    kind: 'file',
    sent,
    largestPage: () => largest,
    breakBy(part) {
      broken = part;
    },
    become(next) {
      id = next;
    },
    isClosed: () => closed,
    async identity() {
      failAt('identity');
      return id;
    },
    async send(records) {
      failAt('send');
      largest = Math.max(largest, records.length);
      sent.push(...records);
    },
    async settle() {
      failAt('settle');
    },
    async close() {
      closed = true;
    },
  };
}

/** What was sent, in the order in which it was first. */
export function firstCopies(records: readonly AuditRecord[]): ReadonlyMap<string, readonly number[]> {
  const chains = new Map<string, Set<number>>();
  for (const { tenant, sequence } of records) {
    const chain = chains.get(tenant) ?? new Set<number>();
    chains.set(tenant, chain.add(sequence));
  }
  return new Map([...chains].map(([tenant, places]) => [tenant, [...places]]));
}

export const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, n) => n + 1);
