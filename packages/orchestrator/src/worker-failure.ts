import { isFileErrorReason, WorkerRpcError } from '@stacyvm/worker-rpc';
import { OrchestratorError } from './errors.js';

/** True when the worker surely did nothing, so that the call may go to another. */
export function surelyHadNoEffect(error: unknown): boolean {
  return error instanceof WorkerRpcError && error.outcome === 'not_executed';
}

/** True when the caller's request is at fault, so that another worker would refuse it as well. Networks are a worker's own. */
export function isCallersFault(error: unknown): boolean {
  return (
    error instanceof WorkerRpcError && error.code === 'invalid_request' && error.reason !== 'network_unknown'
  );
}

/** True when nothing can be said about what the worker holds, because it did not answer. */
export function isSilence(error: unknown): boolean {
  return (
    error instanceof WorkerRpcError &&
    ['unreachable', 'connection_lost', 'timeout', 'stream_truncated'].includes(error.code)
  );
}

/** True when the worker says that it has no such sandbox. */
export function isNotFound(error: unknown): boolean {
  return error instanceof WorkerRpcError && error.code === 'not_found' && !isProviderUnknown(error);
}

/** True when the worker cannot look for the sandbox at all, for it lacks the provider: it may run all the same. */
export function isProviderUnknown(error: unknown): boolean {
  return error instanceof WorkerRpcError && error.reason === 'provider_unknown';
}

/** True when the worker has seen a newer lease of the sandbox: somebody else acts on it, or has destroyed it. */
export function isFenced(error: unknown): boolean {
  return error instanceof WorkerRpcError && error.reason === 'lease_fenced';
}

/** True when nothing on the other side could look at the call: silence, or a door that does not open, on either side. */
export function isUnheard(error: unknown): boolean {
  if (error instanceof OrchestratorError) {
    return error.code === 'worker_unreachable' || error.code === 'worker_revoked';
  }
  return isSilence(error) || (error instanceof WorkerRpcError && error.code === 'unauthorized');
}

/** What a failed call of a worker means to the caller of the orchestrator. */
export function fromWorkerFailure(error: unknown, workerId: string, sandboxId: string): Error {
  if (!(error instanceof WorkerRpcError)) return error instanceof Error ? error : new Error(String(error));
  const options = { cause: error };
  if (error.reason === 'sandbox_ending') {
    return new OrchestratorError('sandbox_not_running', `sandbox ${sandboxId} is being destroyed`, options);
  }
  if (error.reason === 'sandbox_destroyed') {
    return new OrchestratorError('sandbox_lost', `sandbox ${sandboxId} was destroyed meanwhile`, options);
  }
  if (error.reason === 'token_revoked') {
    return new OrchestratorError(
      'worker_revoked',
      `the credential for worker ${workerId} was revoked`,
      options,
    );
  }
  if (error.reason === 'provider_unknown') {
    return new OrchestratorError('provider_unknown', `worker ${workerId} lacks the provider`, options);
  }
  if (error.code === 'file_refused' && isFileErrorReason(error.reason)) {
    return new OrchestratorError(error.reason, wordsOf(error), options);
  }
  switch (error.code) {
    case 'exec_timeout':
      return new OrchestratorError('exec_timeout', `exec timeout: ${sandboxId}`, options);
    case 'aborted':
      return new OrchestratorError('cancelled', 'the caller went away', options);
    case 'not_found':
      return new OrchestratorError(
        'sandbox_lost',
        `worker ${workerId} does not have sandbox ${sandboxId} any more`,
        options,
      );
    case 'invalid_request':
      return new OrchestratorError(
        error.reason === 'image_unknown' || error.reason === 'network_unknown'
          ? error.reason
          : 'invalid_request',
        wordsOf(error),
        options,
      );
    case 'unreachable':
    case 'connection_lost':
    case 'stream_truncated':
    case 'timeout':
      return new OrchestratorError(
        'worker_unreachable',
        `worker ${workerId} did not answer (${error.code})`,
        options,
      );
    case 'worker_busy':
      return new OrchestratorError('worker_busy', `worker ${workerId} is busy; try again`, options);
    case 'answers_busy':
      return new OrchestratorError(
        'answers_busy',
        'too many large answers are held, and that of the worker was dropped; read output as a stream',
        options,
      );
    case 'unauthorized':
    case 'forbidden':
    case 'worker_draining':
    case 'unavailable':
    case 'capacity_exhausted':
    case 'conflict':
      return new OrchestratorError(
        'worker_refused',
        `worker ${workerId} refused the call (${error.reason ?? error.code})`,
        options,
      );
    default:
      return new OrchestratorError(
        'worker_failed',
        `worker ${workerId} failed (${error.reason ?? error.code})`,
        options,
      );
  }
}

/** What the worker itself said. */
function wordsOf({ message }: WorkerRpcError): string {
  return message.replace(/^worker RPC failed: (HTTP \d+: )?/, '');
}
