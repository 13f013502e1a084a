import type { RevokeWorkerCredentials, WorkerRevocation } from '@stacyvm/api';
import type { RevocationKind, Store, TokenRevocationRecord } from '@stacyvm/store';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import type { LiveRevocations } from '../revocations/live-revocations.js';
import { WITHOUT_END } from '../revocations/revocation-entries.js';
import { revocationOf } from '../revocations/revocation-request.js';
import { type Handlers, nextPage, pageOf, pathParameter } from './handler.js';

export interface WorkerRevocationsState {
  readonly store: Pick<Store, 'tokenRevocations' | 'tokenIssuances'>;
  readonly revocations: Pick<LiveRevocations, 'putInForce'>;
  readonly tokenProfile: () => 'strict' | 'compatible';
  readonly clock: () => Date;
}

export function workerRevocationHandlers(
  { store, revocations, tokenProfile, clock }: WorkerRevocationsState,
  audited: AuditedHandler,
): Handlers<'revokeWorkerCredentials' | 'listWorkerRevocations' | 'removeWorkerRevocation'> {
  return {
    revokeWorkerCredentials: audited('revokeWorkerCredentials', async (request, { actor }) => {
      const revocation = await revocationOf(request.body as RevokeWorkerCredentials, {
        revokedBy: actor.id,
        now: clock(),
        profile: tokenProfile(),
        findIssuance: store.tokenIssuances.find,
      });
      const record = await store.tokenRevocations.add(revocation);
      await revocations.putInForce();
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
      await revocations.putInForce();
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
