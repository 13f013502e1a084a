import { inspectWorkerToken, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { incomingAuthenticator, outgoingCredentials, WorkerCredentialError } from '../src/credentials.js';
import { type Flags, secret, WORKER_ID, workerSettings } from './worker-fixture.js';

const key = secret();
const shared = secret();

describe('outgoingCredentials', () => {
  const sources = [
    {
      name: 'a token file first',
      flags: { 'worker.token_file': '/t', 'auth.worker_signing_key': key, 'auth.worker_token': shared },
      described: /^token file \/t$/,
    },
    {
      name: 'then the signing key',
      flags: { 'auth.worker_signing_key': key, 'auth.worker_token': shared },
      described: /^signing key [0-9a-f]{16}$/,
    },
    { name: 'then the static token', flags: { 'auth.worker_token': shared }, described: /^static token$/ },
  ];
  for (const { name, flags, described } of sources) {
    it(`take ${name}`, () => {
      expect(outgoingCredentials(workerSettings(flags), WORKER_ID).describe()).to.match(described);
    });
  }

  it('sign no more than heartbeats and leases, for the control plane', async () => {
    const source = outgoingCredentials(workerSettings({ 'auth.worker_signing_key': key }), WORKER_ID);
    const claims = inspectWorkerToken((await source.credential()).token);
    expect(claims).to.deep.include({
      workerId: WORKER_ID,
      audience: 'worker:control-plane',
      scopes: ['worker:heartbeat', 'worker:lease'],
    });
  });

  it('are refused when there are none', () => {
    expect(() => outgoingCredentials(workerSettings({}), WORKER_ID)).to.throw(WorkerCredentialError);
  });
});

describe('incomingAuthenticator', () => {
  const verdict = (flags: Flags, token: string) => {
    const authenticate = incomingAuthenticator(workerSettings(flags), WORKER_ID);
    const result = authenticate({ 'x-worker-id': WORKER_ID, 'x-worker-token': token });
    return result.ok ? 'accepted' : result.reason;
  };
  const mint = (signingKey: string) =>
    mintWorkerToken({ key: signingKey, workerId: WORKER_ID, audience: 'worker:rpc', ttlSeconds: 60 }).token;

  it('accepts what its key signed, or a key that only verifies', () => {
    const old = secret();
    const flags = { 'auth.worker_signing_key': key, 'auth.worker_signing_keys': [old] };
    expect(verdict(flags, mint(key))).to.equal('accepted');
    expect(verdict(flags, mint(old))).to.equal('accepted');
    expect(verdict(flags, mint(secret()))).to.equal('token_bad_signature');
  });

  it('accepts the static token only where there is one', () => {
    expect(verdict({ 'auth.worker_token': shared }, shared)).to.equal('accepted');
    expect(verdict({ 'auth.worker_token': shared }, secret())).to.equal('static_token_mismatch');
    expect(verdict({ 'auth.worker_token': shared }, mint(key))).to.equal('signed_token_not_allowed');
    expect(verdict({ 'auth.worker_signing_key': key }, shared)).to.equal('static_token_not_allowed');
  });

  it('does not begin without a way to tell callers', () => {
    expect(() => incomingAuthenticator(workerSettings({}), WORKER_ID)).to.throw(WorkerCredentialError);
  });
});
