import type { AuditRecord } from '@stacyvm/audit';
import type { AuditSinkAddress } from '@stacyvm/config';

/** A place that the audit is sent on to. */
export interface AuditSink {
  /** As it is configured, such as `file:/var/log/stacyvm/audit.ndjson`. */
  readonly name: string;
  readonly kind: AuditSinkAddress['kind'];
  /**
   * What the database remembers by how far it has come: another one begins from the start. Control planes that write to
   * the same place have the same. It may change while the sink is open.
   */
  identity(): Promise<string>;
  /** Hands records over, in their order. @throws what went wrong; then any of them may have got there */
  send(records: readonly AuditRecord[]): Promise<void>;
  /** Resolves when all that was sent is there, as far as can be told. @throws when some of it may not be */
  settle(): Promise<void>;
  /** Ends what is under way as well, with a failure. The next records open it again. */
  close(): Promise<void>;
}
