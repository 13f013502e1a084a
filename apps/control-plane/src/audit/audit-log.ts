import type { AuditRecord } from '@stacyvm/audit';
import type { Logger } from '@stacyvm/logging';
import { type AuditEvent, auditRecordOf, type NewAuditEvent, type Store } from '@stacyvm/store';
import { unavailable } from '../http-errors.js';

/** Where events go beside the database. */
export interface AuditSink {
  /** Such as `file:/var/log/stacyvm/audit.ndjson`. */
  readonly name: string;
  /** Resolves when the record is where it belongs. */
  write(record: AuditRecord): Promise<void>;
}

/** `required`: what cannot be audited does not happen. `best_effort`: it does, and the log says so. */
export type AuditMode = 'required' | 'best_effort';

export interface AuditLogStatus {
  readonly written: number;
  /** Events that are not in the database. */
  readonly lost: number;
  /** What was not done, or not answered, because it could not be recorded. */
  readonly refused: number;
  /** Events that did not reach a sink, by its name. */
  readonly sinkFailures: ReadonlyMap<string, number>;
}

export interface AuditLog {
  /**
   * Records what is about to happen, or has to be known before it is answered.
   *
   * @returns undefined when it could not be recorded, and goes on all the same
   * @throws RequestError `audit_unavailable` in mode `required`
   */
  record(event: NewAuditEvent): Promise<AuditEvent | undefined>;
  /** Records what has happened already, whoever still listens. Never fails; what is lost is in the log. */
  note(event: NewAuditEvent): Promise<void>;
  status(): AuditLogStatus;
  /** Waits for what is being recorded. */
  settle(): Promise<void>;
}

export interface AuditLogOptions {
  readonly store: Pick<Store, 'audit'>;
  readonly sinks: readonly AuditSink[];
  readonly mode: AuditMode;
  readonly logger: Logger;
}

export function createAuditLog({ store, sinks, mode, logger }: AuditLogOptions): AuditLog {
  let written = 0;
  let lost = 0;
  let refused = 0;
  const sinkFailures = new Map(sinks.map(({ name }) => [name, 0]));
  const underWay = new Set<Promise<unknown>>();

  async function toSinks(event: AuditEvent): Promise<unknown> {
    if (sinks.length === 0) return undefined;
    const record = auditRecordOf(event);
    const results = await Promise.allSettled(sinks.map((sink) => sink.write(record)));
    let failure: unknown;
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      failure ??= result.reason;
      const name = sinks[index]?.name ?? '';
      sinkFailures.set(name, (sinkFailures.get(name) ?? 0) + 1);
      logger.error('audit event did not reach a sink', {
        sink: name,
        event_id: event.eventId,
        error: result.reason,
      });
    }
    return failure;
  }

  async function append(event: NewAuditEvent): Promise<AuditEvent> {
    try {
      const stored = await store.audit.append(event);
      written += 1;
      return stored;
    } catch (error) {
      lost += 1;
      logger.error('not audited', {
        action: event.action,
        phase: event.phase ?? 'outcome',
        resource: event.resource,
        outcome: event.outcome,
        reason: event.reason,
        actor: event.actorId,
        tenant: event.tenant,
        request_id: event.requestId,
        error,
      });
      throw error;
    }
  }

  function tracked<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    const done = (): void => void underWay.delete(work);
    work.then(done, done);
    return work;
  }

  return {
    record: (event) =>
      tracked(
        (async () => {
          const stored = await append(event).catch(() => undefined);
          const failure = stored === undefined ? undefined : await toSinks(stored);
          if (mode === 'required' && (stored === undefined || failure !== undefined)) {
            refused += 1;
            throw unavailable(
              'audit_unavailable',
              'this cannot be audited now, and audit.mode is required; try again',
            );
          }
          return stored;
        })(),
      ),
    note: (event) =>
      tracked(
        append(event).then(
          async (stored) => void (await toSinks(stored)),
          () => undefined,
        ),
      ),
    status: () => ({ written, lost, refused, sinkFailures }),
    async settle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
