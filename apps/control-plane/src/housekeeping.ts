import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, type ClockGuard, startBackgroundWork } from '@stacyvm/orchestrator';
import type { MakeAnchor, Store } from '@stacyvm/store';

const INTERVAL_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long the records of dead tokens are kept. */
const KEEP_TOKENS_MS = 30 * DAY_MS;
/** For readers who resume. */
const KEEP_EVENTS_MS = DAY_MS;
const KEEP_CREDENTIAL_USES_MS = 90 * DAY_MS;
const BATCH = 1_000;
const MAX_BATCHES = 20;

export interface HousekeepingOptions {
  readonly store: Pick<
    Store,
    | 'tokenIssuances'
    | 'tokenRevocations'
    | 'principalRevocations'
    | 'joinTokens'
    | 'credentialUses'
    | 'sandboxEvents'
    | 'audit'
  >;
  /** Milliseconds for which the audit is kept; 0 keeps it for ever. */
  readonly auditRetentionMs: () => number;
  /** Milliseconds for which pruning of the audit waits for sinks. */
  readonly auditSinkHoldMs: number;
  /** Says where a chain was pruned. */
  readonly makeAnchor: MakeAnchor;
  /** Nothing is pruned by a clock that is wrong: what was revoked would not be so any more. */
  readonly clockGuard: ClockGuard;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** Forgets what is dead: revocations with the last token they concern, records some time after. */
export function startHousekeeping(options: HousekeepingOptions): BackgroundWork {
  return startBackgroundWork({
    name: 'pruning',
    intervalMs: INTERVAL_MS,
    round: options.clockGuard.guarded((signal) => prune(options, signal)),
    logger: options.logger,
  });
}

async function prune(
  { store, auditRetentionMs, auditSinkHoldMs, makeAnchor, logger, clock }: HousekeepingOptions,
  signal: AbortSignal,
): Promise<void> {
  const now = clock();
  const tokensBefore = new Date(now.getTime() - KEEP_TOKENS_MS);
  const eventsBefore = new Date(now.getTime() - KEEP_EVENTS_MS);
  const usesBefore = new Date(now.getTime() - KEEP_CREDENTIAL_USES_MS);
  const retentionMs = auditRetentionMs();
  const auditBefore = new Date(now.getTime() - retentionMs);
  const undeliveredBefore = new Date(auditBefore.getTime() - auditSinkHoldMs);
  const tasks = {
    revocations: () => store.tokenRevocations.prune({ now, limit: BATCH }),
    principal_revocations: () => store.principalRevocations.prune({ now, limit: BATCH }),
    issuances: () => store.tokenIssuances.prune({ before: tokensBefore, limit: BATCH }),
    sandbox_events: () => store.sandboxEvents.prune({ before: eventsBefore, limit: BATCH }),
    join_tokens: () => store.joinTokens.prune({ before: tokensBefore, limit: BATCH }),
    credential_uses: () => store.credentialUses.prune({ before: usesBefore, limit: BATCH }),
    ...(retentionMs === 0
      ? {}
      : {
          audit: () =>
            store.audit.prune({ before: auditBefore, undeliveredBefore, limit: BATCH }, makeAnchor),
        }),
  };
  for (const [what, task] of Object.entries(tasks)) {
    let pruned = 0;
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      const count = await task();
      pruned += count;
      if (count < BATCH) break;
    }
    if (pruned > 0) logger.info('pruned', { what, pruned });
  }
}
