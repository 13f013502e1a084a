import { WorkerEndpointError, type WorkerEndpointErrorCode } from '@stacyvm/worker-rpc';
import type { RequestError } from '../http-errors.js';

const CODES: Readonly<Record<number, WorkerEndpointErrorCode>> = { 409: 'conflict', 429: 'rate_limited' };

/** Why nothing is issued, as an answer that a worker understands. */
export function endpointErrorOf({ problem, message }: RequestError): WorkerEndpointError {
  return new WorkerEndpointError(CODES[problem.status] ?? 'unavailable', message, { reason: problem.reason });
}
