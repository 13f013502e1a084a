import { type CallOutcome, WorkerRpcError, type WorkerRpcErrorCode } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { OrchestratorError } from '../src/index.js';
import {
  fromWorkerFailure,
  isCallersFault,
  isFenced,
  isNotFound,
  isSilence,
  isUnheard,
  surelyHadNoEffect,
} from '../src/worker-failure.js';

function failure(code: WorkerRpcErrorCode, reason?: string, outcome: CallOutcome = 'unknown') {
  return new WorkerRpcError(code, 'worker RPC failed: HTTP 400: the image is not known', { outcome, reason });
}

describe('fromWorkerFailure', () => {
  const cases: ReadonlyArray<readonly [WorkerRpcErrorCode, string | undefined, string]> = [
    ['exec_timeout', undefined, 'exec_timeout'],
    ['aborted', undefined, 'cancelled'],
    ['not_found', 'sandbox_not_found', 'sandbox_lost'],
    ['not_found', undefined, 'sandbox_lost'],
    ['not_found', 'provider_unknown', 'provider_unknown'],
    ['invalid_request', 'image_unknown', 'image_unknown'],
    ['invalid_request', 'network_unknown', 'network_unknown'],
    ['invalid_request', 'invalid_params', 'invalid_request'],
    ['unreachable', undefined, 'worker_unreachable'],
    ['connection_lost', undefined, 'worker_unreachable'],
    ['stream_truncated', undefined, 'worker_unreachable'],
    ['timeout', undefined, 'worker_unreachable'],
    ['unauthorized', 'token_expired', 'worker_refused'],
    ['forbidden', 'missing_scope', 'worker_refused'],
    ['worker_draining', 'worker_draining', 'worker_refused'],
    ['unavailable', undefined, 'worker_refused'],
    ['capacity_exhausted', undefined, 'worker_refused'],
    ['worker_busy', 'worker_busy', 'worker_busy'],
    ['worker_busy', 'too_many_calls', 'worker_busy'],
    ['answers_busy', undefined, 'answers_busy'],
    ['conflict', 'conflict', 'worker_refused'],
    ['conflict', 'sandbox_destroyed', 'sandbox_lost'],
    ['conflict', 'sandbox_ending', 'sandbox_not_running'],
    ['remote_error', 'sandbox_destroyed', 'sandbox_lost'],
    ['remote_error', 'internal', 'worker_failed'],
    ['file_refused', 'file_not_found', 'file_not_found'],
    ['file_refused', 'permission_denied', 'permission_denied'],
    ['file_refused', 'no_space', 'no_space'],
    ['file_refused', undefined, 'worker_failed'],
    ['protocol_error', undefined, 'worker_failed'],
    ['unexpected_redirect', undefined, 'worker_failed'],
    ['invalid_configuration', undefined, 'worker_failed'],
  ];
  for (const [code, reason, expected] of cases) {
    it(`makes ${expected} of ${code}${reason === undefined ? '' : ` (${reason})`}`, () => {
      const cause = failure(code, reason);
      const error = fromWorkerFailure(cause, 'worker-a', 'sb-1');
      expect(error).to.be.instanceOf(OrchestratorError).and.include({ code: expected, cause });
    });
  }

  it('passes on what the worker says about a bad request, without the wire around it', () => {
    const error = fromWorkerFailure(failure('invalid_request', 'image_unknown'), 'worker-a', 'sb-1');
    expect(error.message).to.equal('the image is not known');
  });

  it('leaves other errors as they are, and wraps what is none', () => {
    const other = new TypeError('as arranged');
    expect(fromWorkerFailure(other, 'worker-a', 'sb-1')).to.equal(other);
    expect(fromWorkerFailure('as arranged', 'worker-a', 'sb-1')).to.be.instanceOf(Error);
  });
});

describe('the questions about a failed call', () => {
  it('had no effect only if the call says so', () => {
    expect(surelyHadNoEffect(failure('unreachable', undefined, 'not_executed'))).to.equal(true);
    expect(surelyHadNoEffect(failure('connection_lost'))).to.equal(false);
    expect(surelyHadNoEffect(new Error('anything else'))).to.equal(false);
  });

  const answers: ReadonlyArray<readonly [WorkerRpcErrorCode, string | undefined, readonly string[]]> = [
    ['unreachable', undefined, ['silence', 'unheard']],
    ['connection_lost', undefined, ['silence', 'unheard']],
    ['timeout', undefined, ['silence', 'unheard']],
    ['stream_truncated', undefined, ['silence', 'unheard']],
    ['unauthorized', 'token_expired', ['unheard']],
    ['forbidden', 'lease_fenced', ['fenced']],
    ['forbidden', 'missing_scope', []],
    ['not_found', undefined, ['not found']],
    ['not_found', 'provider_unknown', []],
    ['invalid_request', undefined, ["caller's fault"]],
    ['aborted', undefined, []],
    ['remote_error', undefined, []],
  ];
  for (const [code, reason, expected] of answers) {
    it(`answers ${expected.join(', ') || 'none of them'} for ${code} ${reason ?? ''}`.trimEnd(), () => {
      const error = failure(code, reason);
      const questions = {
        silence: isSilence(error),
        unheard: isUnheard(error),
        fenced: isFenced(error),
        'not found': isNotFound(error),
        "caller's fault": isCallersFault(error),
      };
      const yes = Object.entries(questions).flatMap(([name, answer]) => (answer ? [name] : []));
      expect(yes).to.deep.equal(expected);
    });
  }

  it('counts a worker that cannot be called as one that does not hear', () => {
    expect(isUnheard(new OrchestratorError('worker_unreachable', 'no address'))).to.equal(true);
    expect(isUnheard(new OrchestratorError('lease_conflict', 'another worker'))).to.equal(false);
  });
});
