import type { AuditRecord } from './audit-record.js';
import { type ChainEnd, EMPTY_CHAIN, recordHash } from './record-hash.js';
import type { AuditStatement } from './statement.js';
import type { ChainProblemCode, VerifiedChain } from './verification.js';

export type ReportProblem = (code: ChainProblemCode, sequence: number, message: string) => void;

/** Records that were passed over; they may still come, in the wrong place. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What was read of one chain so far. */
export class ChainState {
  #end: ChainEnd = EMPTY_CHAIN;
  #prunedTo = 0;
  #events = 0;
  #signatures = 0;
  #lastCheckpoint = -1;
  #head: AuditStatement | undefined;
  #gaps: Gap[] = [];

  constructor(readonly tenant: string) {}

  record(record: AuditRecord, report: ReportProblem): void {
    const { sequence } = record;
    this.#events += 1;
    const isChanged = recordHash(record) !== record.hash;
    if (isChanged) report('changed', sequence, 'the record is not what was hashed');
    if (this.#head !== undefined) {
      report('added', sequence, `the chain ended at ${this.#head.sequence} when it was exported`);
      return;
    }
    if (sequence <= this.#end.sequence) {
      this.#late(sequence, report);
      return;
    }
    if (sequence > this.#end.sequence + 1) {
      this.#gaps.push({ from: this.#end.sequence + 1, to: sequence - 1 });
    } else if (record.prev_hash !== this.#end.hash) {
      report('broken_link', sequence, `the record does not follow the one at ${this.#end.sequence}`);
    }
    this.#end = { sequence, hash: record.hash };
  }

  statement(statement: AuditStatement, isProven: boolean, report: ReportProblem): void {
    if (isProven) this.#signatures += 1;
    const { statement: kind, sequence } = statement;
    if (this.#head !== undefined) {
      report('added', sequence, `a ${kind} stands behind the head`);
      return;
    }
    if (kind === 'anchor') this.#anchor(statement, report);
    else this.#place(statement, report);
    if (kind === 'head') this.#head = statement;
  }

  /** Nothing more comes. */
  finish(report: ReportProblem): void {
    for (const { from, to } of this.#gaps) report('removed', from, missing(from, to));
    if (this.#head === undefined) {
      report(
        'truncated',
        this.#end.sequence + 1,
        'the export has no head, so that its end may be missing; export the chain with: stacyvm audit export',
      );
    }
  }

  summary(): VerifiedChain {
    return {
      tenant: this.tenant,
      events: this.#events,
      prunedTo: this.#prunedTo,
      ...(this.#head === undefined
        ? {}
        : { head: { sequence: this.#head.sequence, hash: this.#head.hash, at: this.#head.at } }),
      signatures: this.#signatures,
    };
  }

  #anchor({ sequence, hash }: AuditStatement, report: ReportProblem): void {
    if (this.#events > 0 || this.#prunedTo > 0 || this.#lastCheckpoint >= 0) {
      report('reordered', sequence, 'an anchor stands where it cannot: only the start of a chain is pruned');
      return;
    }
    this.#prunedTo = sequence;
    this.#end = { sequence, hash };
  }

  /** The chain must have come exactly as far as a checkpoint or a head says. */
  #place({ statement: kind, sequence, hash }: AuditStatement, report: ReportProblem): void {
    if (kind === 'checkpoint') {
      if (sequence <= this.#lastCheckpoint) {
        report('added', sequence, 'a checkpoint of this place was there already');
        return;
      }
      this.#lastCheckpoint = sequence;
    }
    if (sequence < this.#end.sequence) {
      report(
        kind === 'head' ? 'added' : 'reordered',
        sequence,
        `the chain had come to ${sequence} only, by its ${kind}, and ${this.#end.sequence} stands before it`,
      );
    } else if (sequence > this.#end.sequence) {
      const from = this.#end.sequence + 1;
      report(kind === 'head' ? 'truncated' : 'removed', from, missing(from, sequence));
      this.#end = { sequence, hash };
    } else if (hash !== this.#end.hash) {
      report('forged', sequence, `the record is not the one that the ${kind} was made of`);
      this.#end = { sequence, hash };
    }
  }

  #late(sequence: number, report: ReportProblem): void {
    const gap = this.#gaps.find(({ from, to }) => sequence >= from && sequence <= to);
    if (gap === undefined) {
      report('added', sequence, 'the place has a record already, or was pruned');
      return;
    }
    report('reordered', sequence, `the record stands behind the one at ${this.#end.sequence}`);
    const rest = [
      { from: gap.from, to: sequence - 1 },
      { from: sequence + 1, to: gap.to },
    ].filter(({ from, to }) => from <= to);
    this.#gaps = this.#gaps.flatMap((each) => (each === gap ? rest : [each]));
  }
}

function missing(from: number, to: number): string {
  return from === to ? `the record at ${from} is missing` : `the records from ${from} to ${to} are missing`;
}
