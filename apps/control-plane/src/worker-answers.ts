import { OrchestratorError } from '@stacyvm/orchestrator';
import { StoreError } from '@stacyvm/store';
import { WorkerEndpointError } from '@stacyvm/worker-rpc';
import { ownWords } from './http-errors.js';

/** Failures of the store, and a flood of heartbeats, as answers that a worker understands. */
export async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === 'heartbeats_overloaded') {
      throw new WorkerEndpointError('unavailable', error.message, { cause: error, reason: error.code });
    }
    if (!(error instanceof StoreError)) throw error;
    const options = { cause: error };
    if (error.code === 'unavailable' || error.code === 'closed') {
      throw new WorkerEndpointError('unavailable', 'the database is not reachable; try again', {
        ...options,
        reason: 'database_unavailable',
      });
    }
    if (error.code === 'conflict')
      throw new WorkerEndpointError('conflict', ownWords(error, 'a concurrent change was first; try again'), {
        ...options,
        reason: 'lease_conflict',
      });
    if (error.code === 'not_found')
      throw new WorkerEndpointError('not_found', ownWords(error, 'not found'), options);
    if (error.code === 'invalid_input') {
      const message = ownWords(error, 'a text of the request has characters that cannot be stored');
      throw new WorkerEndpointError('invalid_request', message, options);
    }
    throw error;
  }
}
