import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, startBackgroundWork } from '@stacyvm/orchestrator';
import type { Store } from '@stacyvm/store';
import type { SignEnd } from './end-signing.js';

export interface CheckpointsOptions {
  readonly store: Pick<Store, 'audit'>;
  readonly signEnd: SignEnd;
  /** Milliseconds between two rounds. */
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** Signs, from time to time, how far each chain has come. */
export function startCheckpoints(options: CheckpointsOptions): BackgroundWork {
  return startBackgroundWork({
    name: 'checkpoints of the audit',
    intervalMs: options.intervalMs,
    round: (signal) => signHeads(options, signal),
    logger: options.logger,
  });
}

async function signHeads({ store, signEnd, clock }: CheckpointsOptions, signal: AbortSignal): Promise<void> {
  let after: string | undefined;
  do {
    const page = await store.audit.heads({ unsigned: true, ...(after === undefined ? {} : { after }) });
    for (const { tenant, sequence, hash } of page.items) {
      if (signal.aborted) return;
      const at = clock().toISOString();
      const checkpoint = await signEnd({ statement: 'checkpoint', tenant, sequence, hash, at });
      if (checkpoint.signature !== '') await store.audit.addCheckpoint(checkpoint);
    }
    after = page.nextCursor;
  } while (after !== undefined);
}
