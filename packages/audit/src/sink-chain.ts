import type { AuditRecord } from './audit-record.js';
import { type ChainEnd, recordHash } from './record-hash.js';
import type { ChainProblemCode, VerifiedChain } from './verification.js';

type ReportProblem = (code: ChainProblemCode, sequence: number, message: string) => void;

/**
 * What was read of one chain of a sink, which may begin anywhere and repeat itself. A repetition is believed when it goes on, link
 * by link, to where the chain had come: then each record of it is the one that was there.
 */
export class SinkChain {
  #end: ChainEnd | undefined;
  #begin = 0;
  #events = 0;
  #repeated = 0;
  #repetition: ChainEnd | undefined;
  /** Where repetitions were cut off, which the next ones must go through. */
  readonly #cutOff = new Map<number, string>();

  constructor(readonly tenant: string) {}

  record(record: AuditRecord, report: ReportProblem): void {
    const { sequence, hash } = record;
    if (recordHash(record) !== hash) report('changed', sequence, 'the record is not what was hashed');
    if (this.#end === undefined) {
      this.#begin = sequence - 1;
      this.#end = { sequence: sequence - 1, hash: record.prev_hash };
    }
    if (sequence <= this.#end.sequence) {
      this.#repeat(record, this.#end, report);
      return;
    }
    this.#events += 1;
    if (sequence > this.#end.sequence + 1) {
      const from = this.#end.sequence + 1;
      report('removed', from, `the records from ${from} to ${sequence - 1} are missing`);
    } else if (record.prev_hash !== this.#end.hash) {
      report('broken_link', sequence, `the record does not follow the one at ${this.#end.sequence}`);
    }
    this.#end = { sequence, hash };
  }

  /** Nothing more comes. */
  finish(report: ReportProblem): void {
    this.#cutRepetition();
    for (const sequence of this.#cutOff.keys()) {
      report(
        'added',
        sequence,
        'a repetition does not go on to where the chain had come, so it proves nothing',
      );
    }
  }

  summary(): VerifiedChain {
    return {
      tenant: this.tenant,
      events: this.#events,
      prunedTo: this.#begin,
      signatures: 0,
      repeated: this.#repeated,
    };
  }

  #repeat({ sequence, hash, prev_hash: before }: AuditRecord, end: ChainEnd, report: ReportProblem): void {
    this.#repeated += 1;
    if (sequence <= this.#begin) {
      // What the file began without; it begins earlier from now on as far as this repetition proves.
      this.#begin = sequence - 1;
    }
    if (sequence !== (this.#repetition?.sequence ?? -1) + 1) this.#cutRepetition();
    else if (before !== this.#repetition?.hash)
      report('broken_link', sequence, `the repeated record does not follow the one at ${sequence - 1}`);
    this.#repetition = { sequence, hash };
    const cut = this.#cutOff.get(sequence);
    this.#cutOff.delete(sequence);
    if (cut !== undefined && cut !== hash)
      report('added', sequence, 'the record is not the one that was there before');
    if (sequence < end.sequence) return;
    this.#repetition = undefined;
    if (hash !== end.hash) report('added', sequence, 'the record is not the one that was there before');
  }

  #cutRepetition(): void {
    if (this.#repetition !== undefined) this.#cutOff.set(this.#repetition.sequence, this.#repetition.hash);
    this.#repetition = undefined;
  }
}
