import type { Settings } from '@stacyvm/config';

/** The static tokens of one configuration. */
export interface StaticTokens {
  readonly shared: string | undefined;
  readonly byWorker: ReadonlyMap<string, string>;
  /** `strict`: none is accepted and none is sent. `warn`: each worker that uses one is logged. */
  readonly migration: Settings['auth.worker_token_migration'];
  /** What proves this worker, and what this worker is proven to by: its own token, else the shared one. */
  of(workerId: string): string | undefined;
}

export function staticTokensOf(settings: Settings): StaticTokens {
  const shared = settings['auth.worker_token']?.reveal();
  const byWorker = new Map(
    [...settings['auth.worker_tokens']].map(([workerId, token]) => [workerId, token.reveal()]),
  );
  const migration = settings['auth.worker_token_migration'];
  return {
    shared,
    byWorker,
    migration,
    of: (workerId) => (migration === 'strict' ? undefined : (byWorker.get(workerId) ?? shared)),
  };
}
