import type { WorkerAudience } from './audience.js';
import { WorkerTokenError } from './errors.js';

/** Every scope that a worker token can grant. */
export const WORKER_SCOPES = Object.freeze([
  'worker:heartbeat',
  'worker:spawn',
  'worker:destroy',
  'worker:status',
  'worker:exec',
  'worker:files',
  'worker:logs',
  'worker:lease',
] as const);

/** One entry of {@link WORKER_SCOPES}. */
export type WorkerScope = (typeof WORKER_SCOPES)[number];

/** What a token without a list of scopes grants, by audience. */
export const DEFAULT_WORKER_SCOPES: Readonly<Record<WorkerAudience, readonly WorkerScope[]>> = Object.freeze({
  'worker:control-plane': Object.freeze<WorkerScope[]>(['worker:heartbeat', 'worker:lease']),
  'worker:rpc': Object.freeze(WORKER_SCOPES.filter((scope) => scope !== 'worker:heartbeat')),
});

const known: ReadonlySet<unknown> = new Set(WORKER_SCOPES);

/** Whether a value is one of {@link WORKER_SCOPES}, exactly: no wildcards, no other case. */
export function isWorkerScope(value: unknown): value is WorkerScope {
  return known.has(value);
}

/** The scopes granted by a token's list. Unknown entries grant nothing, and a list of nothing else is refused. */
export function grantedScopes(
  listed: readonly string[] | undefined,
  audience: WorkerAudience,
): readonly WorkerScope[] {
  if (listed === undefined || listed.length === 0) return DEFAULT_WORKER_SCOPES[audience];
  const granted = [...new Set(listed.filter(isWorkerScope))];
  if (granted.length === 0) {
    throw new WorkerTokenError(
      'no_valid_scopes',
      'none of the scopes of the worker token is known; issue a token with scopes of WORKER_SCOPES',
    );
  }
  return granted;
}
