/** The two places where a worker token can be presented. */
export const WORKER_AUDIENCES = Object.freeze(['worker:control-plane', 'worker:rpc'] as const);

/** `worker:control-plane`: from a worker to the control plane. `worker:rpc`: from the control plane to a worker. */
export type WorkerAudience = (typeof WORKER_AUDIENCES)[number];

const known: ReadonlySet<unknown> = new Set(WORKER_AUDIENCES);

/** Whether a value is one of {@link WORKER_AUDIENCES}, exactly. */
export function isWorkerAudience(value: unknown): value is WorkerAudience {
  return known.has(value);
}
