import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, createClockGuard } from '@stacyvm/orchestrator';
import type { Store, WorkerRecord } from '@stacyvm/store';
import type { EnrolWorker, IssueWorkerToken } from '@stacyvm/worker-rpc';
import type { AdminAudit } from './audit/admin-audit.js';
import type { Auditing } from './audit/open-audit.js';
import type { SharedBuckets } from './callers/shared-buckets.js';
import { startHousekeeping } from './housekeeping.js';
import { createEnrolment } from './issuing/enrolment.js';
import { createIssueLimit } from './issuing/issue-limit.js';
import { createGetIssuingKey } from './issuing/issuing-key.js';
import { createJoinTokens, type JoinTokens } from './issuing/join-tokens.js';
import { createTokenIssuer, type TokenIssuer } from './issuing/token-issuer.js';
import { createWorkerTokenIssue } from './issuing/worker-token-issue.js';
import { createMetrics, type Metrics } from './metrics/metrics.js';
import { createSandboxCounts } from './metrics/sandbox-counts.js';
import { createShownWorkers } from './metrics/worker-credentials.js';
import { type LiveRevocations, loadRevocations } from './revocations/live-revocations.js';
import type { ReloadedPart } from './settings-reload.js';
import { type CredentialRecorder, createCredentialRecorder } from './worker-identity/credential-recorder.js';
import { createWorkerIdentity, type WorkerIdentity } from './worker-identity/worker-identity.js';

/** All that decides who a worker is, and that shows it. */
export interface WorkerAuthority extends ReloadedPart {
  readonly identity: WorkerIdentity;
  readonly revocations: LiveRevocations;
  readonly tokenIssuer: TokenIssuer;
  readonly joinTokens: JoinTokens;
  readonly enrol: EnrolWorker;
  readonly issueWorkerToken: IssueWorkerToken;
  readonly credentialRecorder: CredentialRecorder;
  readonly audit: AdminAudit;
  readonly metrics: Metrics;
  readonly sandboxesByState: () => Promise<ReadonlyMap<string, number>>;
  readonly shownWorkers: () => Promise<readonly WorkerRecord[]>;
  /** Begins to follow the revocations, to write down what is counted and to prune. */
  start(onRevocations: () => Promise<void>): {
    /** Reads the revocations now. */
    readonly revocations: Pick<BackgroundWork, 'runOnce'>;
    stop(): Promise<void>;
  };
}

/**
 * Puts it together on a store whose revocations can be read.
 *
 * @throws WorkerTokenError when the keys must not go live; StoreError when it is not known what is revoked
 */
export async function openWorkerAuthority(options: {
  readonly settings: Settings;
  readonly store: Store;
  readonly sharedBuckets: Pick<SharedBuckets, 'take'>;
  readonly auditing: Pick<Auditing, 'audit' | 'makeAnchor'>;
  readonly logger: Logger;
  readonly clock: () => Date;
}): Promise<WorkerAuthority> {
  const { settings, store, sharedBuckets, logger, clock } = options;
  const { audit, makeAnchor } = options.auditing;
  const metrics = createMetrics();
  const tokenIds = settings['auth.worker_revoked_token_ids'];
  const revocations = await loadRevocations({ store, tokenIds, logger, clock });
  const credentialRecorder = createCredentialRecorder({ store, logger, clock });
  const identity = createWorkerIdentity({
    settings,
    revocations,
    logger,
    clock,
    onAuthentication: metrics.authentication,
    onFallbackKey: (workerId, { role, fingerprint }) =>
      credentialRecorder.note({ workerId, form: 'signed', keyRole: role, keyFingerprint: fingerprint }),
  });
  const issuingKey = createGetIssuingKey({ identity, revocations, clock });
  const limit = createIssueLimit(settings['auth.worker_token_issue_limit'], { store, shared: sharedBuckets });
  const { tokenBinding } = identity;
  const tokenIssuer = createTokenIssuer({ store, issuingKey, tokenBinding, limit, clock });
  const sandboxesByState = createSandboxCounts(store, clock);
  const shownWorkers = createShownWorkers(store);
  let auditRetentionMs = settings['auth.admin_audit_retention'];
  metrics.observe({
    revocations: revocations.status,
    sandboxesByState,
    shownWorkers,
  });

  return {
    identity,
    revocations,
    tokenIssuer,
    issueWorkerToken: createWorkerTokenIssue({
      tokenIssuer,
      tokenBinding,
      audit,
      onIssued: metrics.tokenIssued,
    }),
    joinTokens: createJoinTokens({ store, issuingKey, limit, clock }),
    enrol: createEnrolment({ store, issuingKey, tokenBinding, audit, logger, onOutcome: metrics.enrolment }),
    credentialRecorder,
    audit,
    metrics,
    sandboxesByState,
    shownWorkers,
    prepare(next) {
      const putIdentityInForce = identity.prepare(next);
      return () => {
        putIdentityInForce();
        revocations.configure(next['auth.worker_revoked_token_ids']);
        limit.configure(next['auth.worker_token_issue_limit']);
        auditRetentionMs = next['auth.admin_audit_retention'];
      };
    },
    start(onRevocations) {
      const following = revocations.start(onRevocations);
      const background = [
        following,
        credentialRecorder.start(),
        startHousekeeping({
          store,
          auditRetentionMs: () => auditRetentionMs,
          auditSinkHoldMs: settings['audit.sink_hold'],
          makeAnchor,
          clockGuard: createClockGuard({ store, logger }),
          logger,
          clock,
        }),
      ];
      return {
        revocations: following,
        async stop() {
          await Promise.all(background.map((work) => work.stop()));
          await credentialRecorder.flush().catch((error: unknown) => {
            logger.warn('the last uses of credentials are not recorded', { error });
          });
        },
      };
    },
  };
}
