import { hostname } from 'node:os';
import type { Settings } from '@stacyvm/config';
import { isWorkerId } from '@stacyvm/token';

/** `worker.id`, or the host name in its place, is not in the grammar of worker ids. */
export class WorkerIdError extends Error {
  override readonly name = 'WorkerIdError';
}

/** The identity that the worker claims. @throws WorkerIdError */
export function workerIdOf(settings: Settings): string {
  const id = settings['worker.id'] || hostname();
  if (isWorkerId(id)) return id;
  throw new WorkerIdError(`worker.id ${JSON.stringify(id)} is not a worker id; use letters, digits, . _ -`);
}
