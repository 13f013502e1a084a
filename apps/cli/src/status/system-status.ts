import type { ApiClient, Readiness, Sandbox, Worker } from '@stacyvm/api';
import { collect } from '../output.js';

/** What an operator asks first. Parts that the credential may not see, or that cannot be read now, are the reason why. */
export interface SystemStatus {
  readonly server: string;
  readonly readiness: Readiness;
  readonly workers: WorkerCounts | Untold;
  readonly sandboxes: SandboxCounts | Untold;
  /** What is in the way of the next sandbox, with what to do about it; nothing when a sandbox can be had. */
  readonly problems: readonly string[];
}

export interface WorkerCounts {
  readonly total: number;
  /** Those that new sandboxes are placed on, if they have room. */
  readonly placeable: number;
  readonly stale: number;
  readonly cordoned: number;
  readonly draining: number;
  /** Those that said that they stop, or never came to work. */
  readonly offline: number;
}

export interface SandboxCounts {
  readonly total: number;
  readonly by_state: Readonly<Record<string, number>>;
}

export interface Untold {
  readonly untold: string;
}

/**
 * Asks one control plane.
 *
 * @param server the URL that is shown
 * @throws ApiError when it does not answer at all
 */
export async function readStatus(
  client: Pick<ApiClient, 'ready' | 'workers' | 'sandboxes'>,
  server: string,
  signal?: AbortSignal,
): Promise<SystemStatus> {
  const readiness = await client.ready({ signal });
  const workers = await told(async () => countWorkers(await collect(client.workers({ signal }))));
  const sandboxes = await told(async () => countSandboxes(await collect(client.sandboxes({ signal }))));
  return { server, readiness, workers, sandboxes, problems: problemsOf(readiness, workers, sandboxes) };
}

async function told<T>(read: () => Promise<T>): Promise<T | Untold> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && 'kind' in error && error.kind === 'refused')
      return { untold: error.message };
    throw error;
  }
}

function countWorkers(workers: readonly Worker[]): WorkerCounts {
  const count = (holds: (worker: Worker) => boolean): number => workers.filter(holds).length;
  return {
    total: workers.length,
    placeable: count(isPlaceable),
    stale: count((worker) => worker.stale),
    cordoned: count((worker) => worker.cordoned),
    draining: count((worker) => worker.drain_requested),
    offline: count((worker) => worker.status !== 'online'),
  };
}

function isPlaceable({ status, stale, cordoned, drain_requested: drains }: Worker): boolean {
  return status === 'online' && !stale && !cordoned && !drains;
}

function countSandboxes(sandboxes: readonly Sandbox[]): SandboxCounts {
  const states: Record<string, number> = {};
  for (const { state } of sandboxes) states[state] = (states[state] ?? 0) + 1;
  return { total: sandboxes.length, by_state: states };
}

function problemsOf(
  { checks }: Readiness,
  workers: WorkerCounts | Untold,
  sandboxes: SandboxCounts | Untold,
): readonly string[] {
  const databaseIsAway = checks.database !== 'ok';
  const found = [
    databaseIsAway &&
      'the database does not answer: stacyvm doctor, on the host of the control plane, tells why',
    checks.draining !== 'ok' && 'this control plane is stopping: ask another one',
    placementProblem(checks.workers, workers),
    // Whoever may do anything may list its sandboxes.
    !databaseIsAway &&
      'untold' in sandboxes &&
      `the credential is not good for sandboxes (${sandboxes.untold}): --api-key-file or STACYVM_API_KEY_FILE names another`,
  ];
  return found.filter((problem) => typeof problem === 'string');
}

function placementProblem(
  check: Readiness['checks']['workers'],
  workers: WorkerCounts | Untold,
): string | undefined {
  if (!('untold' in workers)) {
    if (workers.placeable > 0) return undefined;
    return workers.total === 0
      ? 'no worker has joined: stacyvm worker join-token create, then stacyvm worker --join-token-file FILE'
      : 'no worker takes new sandboxes: stacyvm worker list tells what each one does';
  }
  return check === 'none_online'
    ? 'no worker is online: look at their logs, and at stacyvm worker list'
    : undefined;
}
