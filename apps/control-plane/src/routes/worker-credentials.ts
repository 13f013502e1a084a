import type { WorkerCredentialUse, WorkerKeys } from '@stacyvm/api';
import { formatDuration } from '@stacyvm/duration';
import { allWorkers, type Fleet } from '@stacyvm/orchestrator';
import type { CredentialUseRecord, Store, WorkerRecord } from '@stacyvm/store';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import type { LiveRevocations } from '../revocations/live-revocations.js';
import type { CredentialRecorder } from '../worker-identity/credential-recorder.js';
import { type KeyReport, keyReport, SAFE_AFTER_MS } from '../worker-identity/key-report.js';
import type { WorkerIdentity } from '../worker-identity/worker-identity.js';
import { type Handlers, nextPage, pageOf, workerIdFilter } from './handler.js';

export interface WorkerCredentialsState {
  readonly store: Pick<Store, 'credentialUses' | 'workers'>;
  readonly orchestrator: { readonly fleet: Pick<Fleet, 'isStale'> };
  readonly identity: Pick<WorkerIdentity, 'keys'>;
  readonly revocations: Pick<LiveRevocations, 'isRevoked'>;
  readonly credentialRecorder: Pick<CredentialRecorder, 'flush'>;
  readonly clock: () => Date;
}

const NAMED_WORKERS = 100;

export function workerCredentialHandlers(
  { store, orchestrator, identity, revocations, credentialRecorder, clock }: WorkerCredentialsState,
  audited: AuditedHandler,
): Handlers<'listWorkerCredentials' | 'getWorkerKeys'> {
  const { isStale } = orchestrator.fleet;
  return {
    listWorkerCredentials: audited('listWorkerCredentials', async (request) => {
      const { form, key_fingerprint: fingerprint } = request.query;
      const page = await store.credentialUses.list({ ...pageOf(request), ...workerIdFilter(request) });
      const uses = page.items.filter(
        (use) =>
          (form === undefined || use.form === form) &&
          (fingerprint === undefined || use.keyFingerprint === fingerprint),
      );
      const workers = new Map((await allWorkers(store)).map((worker) => [worker.id, worker]));
      return {
        body: uses.map((use) => useJson(use, workers.get(use.workerId), isStale)),
        headers: nextPage(page),
      };
    }),

    getWorkerKeys: audited('getWorkerKeys', async () => {
      await credentialRecorder.flush();
      const now = clock();
      const reports = keyReport({
        keys: identity.keys(),
        uses: await store.credentialUses.summaryByKey(),
        workers: await allWorkers(store),
        isStale,
        isKeyRevoked: (keyFingerprint) =>
          revocations.isRevoked({
            tokenId: undefined,
            workerId: '',
            issuedAt: now,
            keyFingerprint,
            signingKeyFingerprint: keyFingerprint,
          }),
        now,
      });
      const body: WorkerKeys = {
        checked_at: now.toISOString(),
        safe_after: formatDuration(SAFE_AFTER_MS),
        keys: reports.map(keyJson),
      };
      return { body };
    }),
  };
}

function useJson(
  use: CredentialUseRecord,
  worker: WorkerRecord | undefined,
  isStale: Fleet['isStale'],
): WorkerCredentialUse {
  const shown = worker?.credential ?? undefined;
  const current =
    shown !== undefined &&
    shown.form === use.form &&
    (shown.kind ?? '') === use.kind &&
    (shown.keyRole ?? '') === use.keyRole &&
    (shown.keyFingerprint ?? '') === use.keyFingerprint;
  const { signingKeyFingerprint, profile } = (current ? shown : undefined) ?? {};
  return {
    worker_id: use.workerId,
    form: use.form,
    ...(use.kind === '' ? {} : { kind: use.kind }),
    ...(use.keyRole === '' ? {} : { key_role: use.keyRole }),
    ...(use.keyFingerprint === '' ? {} : { key_fingerprint: use.keyFingerprint }),
    ...(signingKeyFingerprint === undefined ? {} : { signing_key_fingerprint: signingKeyFingerprint }),
    ...(profile === undefined ? {} : { profile }),
    first_seen: use.firstSeen.toISOString(),
    last_seen: use.lastSeen.toISOString(),
    count: use.count,
    current,
    stale: worker === undefined || isStale(worker),
  };
}

function keyJson(report: KeyReport): WorkerKeys['keys'][number] {
  return {
    role: report.role,
    fingerprint: report.fingerprint,
    role_since: report.roleSince.toISOString(),
    revoked: report.revoked,
    ...(report.lastUsed === undefined ? {} : { last_used: report.lastUsed.toISOString() }),
    workers: report.workers.slice(0, NAMED_WORKERS),
    worker_count: report.workers.length,
    safe_to_remove: report.safeToRemove,
    why: report.why,
  };
}
