import { AuthError } from '@stacyvm/auth';
import { OrchestratorError } from '@stacyvm/orchestrator';
import { StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import { headersOf, problemOf, RequestError } from '../src/http-errors.js';

const driverError = new Error('relation "workers" violates workers_pkey; host=10.0.0.1');

describe('problemOf', () => {
  const problems = [
    { error: new StoreError('unavailable', 'x'), status: 503, reason: 'database_unavailable' },
    { error: new StoreError('closed', 'x'), status: 503, reason: 'database_unavailable' },
    { error: new StoreError('conflict', 'x'), status: 409, reason: 'conflict' },
    { error: new StoreError('not_found', 'x'), status: 404, reason: 'not_found' },
    { error: new StoreError('invalid_input', 'x'), status: 400, reason: 'invalid_request' },
    { error: new StoreError('internal', 'x'), status: 500, reason: 'internal' },
    { error: new AuthError('api_key_missing', 'x'), status: 401, reason: 'api_key_missing' },
    { error: new AuthError('missing_scope', 'x'), status: 403, reason: 'missing_scope' },
    { error: new AuthError('no_role', 'x'), status: 403, reason: 'no_role' },
    { error: new AuthError('groups_overage', 'x'), status: 403, reason: 'groups_overage' },
    { error: new AuthError('bearer_expired', 'x'), status: 401, reason: 'bearer_expired' },
    { error: new AuthError('oidc_keys_unavailable', 'x'), status: 503, reason: 'oidc_keys_unavailable' },
    { error: new AuthError('api_keys_unavailable', 'x'), status: 503, reason: 'api_keys_unavailable' },
    { error: new AuthError('too_many_failures', 'x'), status: 429, reason: 'too_many_failures' },
    { error: new OrchestratorError('exec_timeout', 'x'), status: 408, reason: 'exec_timeout' },
    { error: new OrchestratorError('worker_unreachable', 'x'), status: 503, reason: 'worker_unreachable' },
    { error: new OrchestratorError('sandbox_not_running', 'x'), status: 409, reason: 'sandbox_not_running' },
    ...(['max_sandboxes_per_owner', 'spawn_queue_full', 'spawn_queue_timeout'] as const).map((reason) => ({
      error: new OrchestratorError(reason, 'x'),
      status: 429,
      reason,
    })),
    { error: new OrchestratorError('worker_busy', 'x'), status: 503, reason: 'worker_busy' },
    { error: new OrchestratorError('answers_busy', 'x'), status: 503, reason: 'answers_busy' },
    { error: new OrchestratorError('shutting_down', 'x'), status: 503, reason: 'shutting_down' },
    { error: { status: 404 }, status: 404, reason: 'route_not_found' },
    { error: { status: 405 }, status: 405, reason: 'method_not_allowed' },
    { error: { status: 415 }, status: 400, reason: 'invalid_body' },
    { error: { status: 400, code: 'Z_DATA_ERROR' }, status: 400, reason: 'invalid_body' },
    { error: { status: 500, type: 'x' }, status: 500, reason: 'internal' },
    { error: driverError, status: 500, reason: 'internal' },
    { error: 'a text', status: 500, reason: 'internal' },
    { error: null, status: 500, reason: 'internal' },
    { error: undefined, status: 500, reason: 'internal' },
  ];
  for (const { error, status, reason } of problems) {
    const name =
      error instanceof Error ? `${error.name} ${'code' in error ? error.code : ''}` : JSON.stringify(error);
    it(`tells ${name} as ${status} ${reason}`, () => {
      expect(problemOf(error)).to.include({ status, reason });
    });
  }

  it('says nothing of what the database said', () => {
    for (const code of ['unavailable', 'conflict', 'not_found', 'invalid_input', 'internal'] as const) {
      const { message } = problemOf(new StoreError(code, driverError.message, { cause: driverError }));
      expect(message, code).not.to.match(/workers_pkey|10\.0\.0\.1/);
    }
  });

  it('names the first field that is wrong, in few words', () => {
    const violation = (path: string, errorCode?: string, message = 'must be string') =>
      problemOf({ status: 400, errors: [{ path, message, errorCode }] });
    expect(violation('/body/image')).to.include({
      reason: 'invalid_request',
      message: 'image: must be string',
    });
    expect(violation('/body')).to.include({ message: 'body: must be string' });
    expect(violation('/body/tty', 'additionalProperties.openapi.validation')).to.include({
      reason: 'unknown_field',
      message: 'tty: there is no such field',
    });
    expect(violation(`/body/${'a'.repeat(10_000)}`).message.length).to.be.below(300);
  });
});

describe('headersOf', () => {
  it('says when to ask a busy worker again', () => {
    expect(headersOf(new OrchestratorError('worker_busy', 'x'))).to.deep.equal({ 'Retry-After': '1' });
    expect(headersOf(new OrchestratorError('worker_refused', 'x'))).to.deep.equal({});
  });

  it('passes on the headers of a refusal by the HTTP layer', () => {
    const problem = { status: 429, code: 'RESOURCE_LIMIT', reason: 'x', message: 'x' } as const;
    expect(headersOf(new RequestError(problem, { 'Retry-After': '7' }))).to.deep.equal({
      'Retry-After': '7',
    });
  });
});
