import type { Logger } from '@stacyvm/logging';
import type { AuditEvent, NewAuditEvent, Store } from '@stacyvm/store';
import { unavailable } from '../http-errors.js';

/** `required`: what cannot be audited does not happen. `best_effort`: it does, and the log says so. */
export type AuditMode = 'required' | 'best_effort';

export interface AuditLogStatus {
  readonly written: number;
  /** Events that are not in the database. */
  readonly lost: number;
  /** What was not done, or not answered, because it could not be recorded. */
  readonly refused: number;
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
  /** Told after each event that is in the database. */
  readonly onRecorded: () => void;
  readonly mode: AuditMode;
  readonly logger: Logger;
}

export function createAuditLog({ store, onRecorded, mode, logger }: AuditLogOptions): AuditLog {
  let written = 0;
  let lost = 0;
  let refused = 0;
  const underWay = new Set<Promise<unknown>>();

  async function append(event: NewAuditEvent): Promise<AuditEvent> {
    try {
      const stored = await store.audit.append(event);
      written += 1;
      onRecorded();
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
          if (mode === 'required' && stored === undefined) {
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
          () => undefined,
          () => undefined,
        ),
      ),
    status: () => ({ written, lost, refused }),
    async settle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
