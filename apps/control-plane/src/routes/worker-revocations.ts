import type { RevokeWorkerCredentials, WorkerRevocation } from '@stacyvm/api';
import type { Logger } from '@stacyvm/logging';
import type { RevocationKind, Store, TokenRevocationRecord } from '@stacyvm/store';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import type { LiveRevocations } from '../revocations/live-revocations.js';
import { WITHOUT_END } from '../revocations/revocation-entries.js';
import { revocationOf } from '../revocations/revocation-request.js';
import { type Handlers, nextPage, pageOf, pathParameter } from './handler.js';

export interface WorkerRevocationsState {
  readonly store: Pick<Store, 'tokenRevocations' | 'tokenIssuances'>;
  readonly revocations: Pick<LiveRevocations, 'refresh'>;
  readonly tokenProfile: () => 'strict' | 'compatible';
  readonly logger: Logger;
  readonly clock: () => Date;
}

export function workerRevocationHandlers(
  { store, revocations, tokenProfile, logger, clock }: WorkerRevocationsState,
  audited: AuditedHandler,
): Handlers<'revokeWorkerCredentials' | 'listWorkerRevocations' | 'removeWorkerRevocation'> {
  /** The change is made, and every control plane will see it; that this one does so at once is a courtesy. */
  const putInForce = async (): Promise<void> => {
    try {
      await revocations.refresh();
    } catch (error) {
      logger.warn('a change of the revocations is not in force here yet', { error });
    }
  };

  return {
    revokeWorkerCredentials: audited('revokeWorkerCredentials', async (request, { actor }) => {
      const revocation = await revocationOf(request.body as RevokeWorkerCredentials, {
        revokedBy: actor.id,
        now: clock(),
        profile: tokenProfile(),
        findIssuance: store.tokenIssuances.find,
      });
      const record = await store.tokenRevocations.add(revocation);
      await putInForce();
      const body = revocationJson(record);
      return {
        status: 201,
        body,
        resource: `worker_revocation:${record.id}`,
        detail: {
          kind: body.kind,
          subject: body.subject,
          issued_before: body.issued_before,
          reason: body.reason,
        },
      };
    }),

    listWorkerRevocations: audited('listWorkerRevocations', async (request) => {
      const { kind } = request.query;
      const page = await store.tokenRevocations.list({
        ...pageOf(request),
        ...(kind === undefined ? {} : { kind: kind as RevocationKind }),
      });
      return { body: page.items.map(revocationJson), headers: nextPage(page) };
    }),

    removeWorkerRevocation: audited('removeWorkerRevocation', async (request) => {
      const id = pathParameter(request, 'id');
      const removed = await store.tokenRevocations.get(id);
      await store.tokenRevocations.remove(id);
      await putInForce();
      return {
        body: { status: 'removed' },
        detail: { kind: removed?.kind, subject: removed?.subject },
      };
    }),
  };
}

function revocationJson(record: TokenRevocationRecord): WorkerRevocation {
  const { issuedBefore } = record;
  return {
    id: record.id,
    kind: record.kind,
    subject: record.subject,
    ...(issuedBefore === undefined || issuedBefore.getTime() === WITHOUT_END.getTime()
      ? {}
      : { issued_before: issuedBefore.toISOString() }),
    reason: record.reason,
    revoked_by: record.revokedBy,
    created_at: record.createdAt.toISOString(),
    ...(record.expiresAt === undefined ? {} : { expires_at: record.expiresAt.toISOString() }),
  };
}
