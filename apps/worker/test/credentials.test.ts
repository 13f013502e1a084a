import { inspectWorkerToken, keyFingerprint, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { incomingAuthenticator, outgoingCredentials, WorkerCredentialError } from '../src/credentials.js';
import { type Flags, secret, WORKER_ID, workerSettings } from './worker-fixture.js';

const key = secret();
const shared = secret();

const outgoing = (flags: Flags, enrolledKey?: string) =>
  outgoingCredentials({ settings: workerSettings(flags), workerId: WORKER_ID, enrolledKey });

describe('outgoingCredentials', () => {
  const sources: readonly {
    readonly name: string;
    readonly flags: Flags;
    readonly enrolledKey?: string;
    readonly described: RegExp;
  }[] = [
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
    {
      name: 'the enrolled key before the static token',
      enrolledKey: key,
      flags: { 'auth.worker_token': shared },
      described: new RegExp(`^signing key ${keyFingerprint(key)}$`),
    },
    {
      name: 'the configured key before the enrolled one',
      enrolledKey: secret(),
      flags: { 'auth.worker_signing_key': key },
      described: new RegExp(`^signing key ${keyFingerprint(key)}$`),
    },
    { name: 'then the static token', flags: { 'auth.worker_token': shared }, described: /^static token$/ },
  ];
  for (const { name, flags, enrolledKey, described } of sources) {
    it(`take ${name}`, () => {
      expect(outgoing(flags, enrolledKey).describe()).to.match(described);
    });
  }

  it('sign no more than heartbeats and leases, for the control plane', async () => {
    const source = outgoing({ 'auth.worker_signing_key': key });
    const claims = inspectWorkerToken((await source.credential()).token);
    expect(claims).to.deep.include({
      workerId: WORKER_ID,
      audience: 'worker:control-plane',
      scopes: ['worker:heartbeat', 'worker:lease'],
    });
  });

  it('are refused when they must be bound, and there is no certificate', () => {
    const required = { 'auth.worker_token_binding': 'required' };
    expect(() => outgoing({ ...required, 'auth.worker_signing_key': key })).to.throw(
      WorkerCredentialError,
      'worker.control_plane_client_cert_file',
    );
    expect(outgoing({ ...required, 'auth.worker_token': shared }).describe()).to.equal('static token');
  });

  it('are refused when there are none', () => {
    expect(() => outgoing({})).to.throw(WorkerCredentialError, 'worker.join_token_file');
  });
});

describe('incomingAuthenticator', () => {
  const authenticator = (flags: Flags, enrolledKey?: string) =>
    incomingAuthenticator({
      settings: workerSettings(flags),
      workerId: WORKER_ID,
      enrolledKey,
      isRevoked: ({ tokenId }) => tokenId === 'revoked',
    });
  const verdict = (flags: Flags, token: string, enrolledKey?: string) => {
    const result = authenticator(flags, enrolledKey)({ 'x-worker-id': WORKER_ID, 'x-worker-token': token });
    return result.ok ? 'accepted' : result.reason;
  };
  const mint = (signingKey: string, tokenId?: string) =>
    mintWorkerToken({ key: signingKey, workerId: WORKER_ID, audience: 'worker:rpc', ttlSeconds: 60, tokenId })
      .token;

  it('is not there when calls must be bound and come in clear', () => {
    const flags = { 'auth.worker_signing_key': key, 'auth.worker_token_binding': 'required' };
    expect(() => authenticator(flags)).to.throw(WorkerCredentialError, 'worker.rpc_tls.enabled');
  });

  it('accepts what its key signed, or a key that only verifies', () => {
    const old = secret();
    const flags = { 'auth.worker_signing_key': key, 'auth.worker_signing_keys': [old] };
    expect(verdict(flags, mint(key))).to.equal('accepted');
    expect(verdict(flags, mint(old))).to.equal('accepted');
    expect(verdict(flags, mint(secret()))).to.equal('token_bad_signature');
    expect(verdict(flags, mint(key, 'revoked'))).to.equal('token_revoked');
  });

  it('accepts what the key signed that it enrolled for', () => {
    expect(verdict({}, mint(key), key)).to.equal('accepted');
    expect(verdict({ 'auth.worker_signing_key': key }, mint(shared), shared)).to.equal('token_bad_signature');
  });

  it('accepts the static token only where there is one', () => {
    expect(verdict({ 'auth.worker_token': shared }, shared)).to.equal('accepted');
    expect(verdict({ 'auth.worker_token': shared }, secret())).to.equal('static_token_mismatch');
    expect(verdict({ 'auth.worker_token': shared }, mint(key))).to.equal('signed_token_not_allowed');
    expect(verdict({ 'auth.worker_signing_key': key }, shared)).to.equal('static_token_not_allowed');
  });

  it('accepts its own static token in place of the shared one', async () => {
    const own = secret();
    const flags = {
      'auth.worker_token': shared,
      'auth.worker_tokens': { [WORKER_ID]: own, other: secret() },
    };
    expect(verdict(flags, own)).to.equal('accepted');
    expect(verdict(flags, shared)).to.equal('static_token_mismatch');
    expect((await outgoing(flags).credential()).token).to.equal(own);
  });

  it('refuses every static token in the migration mode strict', () => {
    const flags = {
      'auth.worker_signing_key': key,
      'auth.worker_token': shared,
      'auth.worker_token_migration': 'strict',
    };
    expect(verdict(flags, shared)).to.equal('static_token_refused');
    expect(verdict(flags, mint(key))).to.equal('accepted');
    expect(outgoing(flags).describe()).to.match(/^signing key /);
  });

  it('does not begin with a static token alone in the mode strict, in either direction', () => {
    const flags = { 'auth.worker_token': shared, 'auth.worker_token_migration': 'strict' };
    expect(() => authenticator(flags)).to.throw(WorkerCredentialError, 'strict');
    expect(() => outgoing(flags)).to.throw(WorkerCredentialError, 'strict');
    expect(() => authenticator({ ...flags, 'worker.token_file': '/t' })).to.throw(
      WorkerCredentialError,
      'strict',
    );
  });

  it('does not begin without a way to tell callers', () => {
    expect(() => authenticator({})).to.throw(WorkerCredentialError, 'worker.join_token_file');
  });
});
