import { deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import { type Fixture, secret, startFixture } from './control-plane-fixture.js';
import { credential, type Presented, send, type TokenOptions, WORKER, workerToken } from './worker-calls.js';

describe('the identity of a worker', () => {
  let fixture: Fixture;
  const revoked = 'jti-revoked';
  const lastKey = secret();
  before(async () => {
    fixture = await startFixture({
      'auth.worker_signing_keys': [lastKey],
      'auth.worker_revoked_token_ids': [revoked],
    });
  });
  after(() => fixture?.dispose());

  const token = (options: TokenOptions = {}): string => workerToken(fixture, options);

  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const accepted: readonly { name: string; make: () => string }[] = [
    { name: 'signed by its derived key', make: () => token() },
    { name: 'signed by the master key', make: () => token({ key: fixture.signingKey }) },
    { name: 'signed by a key that only verifies', make: () => token({ key: lastKey }) },
    { name: 'of a few seconds in the future', make: () => token({ at: ago(-0.2) }) },
    { name: 'with a scope that suffices', make: () => token({ scopes: ['worker:heartbeat'] }) },
  ];
  for (const { name, make } of accepted) {
    it(`lets a token in ${name}`, async () => {
      const { status, body } = await send(fixture, { headers: credential(make()) });
      expect([status, body['id']]).to.deep.equal([200, WORKER]);
    });
  }

  it('lets a token in as a bearer token, too', async () => {
    const headers = { 'X-Worker-ID': WORKER, Authorization: `Bearer ${token()}` };
    expect((await send(fixture, { headers })).status).to.equal(200);
  });

  describe('refuses, before anything is stored,', () => {
    const other = 'worker-2';
    const refusals: readonly {
      readonly name: string;
      readonly present: () => Presented;
      readonly status?: number;
      readonly reason: string;
    }[] = [
      { name: 'no credential', present: () => ({ headers: {} }), reason: 'credentials_missing' },
      {
        name: 'no token',
        present: () => ({ headers: { 'X-Worker-ID': WORKER } }),
        reason: 'credentials_missing',
      },
      {
        name: 'no worker id',
        present: () => ({ headers: { 'X-Worker-Token': token() } }),
        reason: 'credentials_missing',
      },
      {
        name: 'an API key instead',
        present: () => ({ headers: { 'X-API-Key': fixture.apiKey } }),
        reason: 'credentials_missing',
      },
      {
        name: 'an id outside the grammar',
        present: () => ({ headers: credential(token(), '../x') }),
        reason: 'worker_id_invalid',
      },
      {
        name: 'a static token where there is none',
        present: () => ({ headers: credential('static-token-of-some-length') }),
        reason: 'static_token_not_allowed',
      },
      {
        name: 'a key of nobody',
        present: () => ({ headers: credential(token({ key: secret() })) }),
        reason: 'token_bad_signature',
      },
      {
        name: "another worker's key",
        present: () => ({
          headers: credential(token({ key: deriveWorkerKey(fixture.signingKey, other) })),
        }),
        reason: 'token_bad_signature',
      },
      {
        name: 'half a token',
        present: () => ({ headers: credential(token().slice(0, 60)) }),
        reason: 'token_malformed',
      },
      {
        name: 'a changed token',
        present: () => ({ headers: credential(`${token().slice(0, -4)}AAAA`) }),
        reason: 'token_bad_signature',
      },
      {
        name: 'an expired token',
        present: () => ({ headers: credential(token({ at: ago(10) })) }),
        reason: 'token_expired',
      },
      {
        name: 'a token of the future',
        present: () => ({ headers: credential(token({ at: ago(-10) })) }),
        reason: 'token_issued_in_future',
      },
      {
        name: 'a token for the other direction',
        present: () => ({ headers: credential(token({ audience: 'worker:rpc' })) }),
        reason: 'token_audience_mismatch',
      },
      {
        name: 'a token of another worker, signed by the master key',
        present: () => ({ headers: credential(token({ id: other, key: fixture.signingKey })) }),
        reason: 'token_worker_mismatch',
      },
      {
        name: 'a revoked token',
        present: () => ({ headers: credential(token({ tokenId: revoked })) }),
        reason: 'token_revoked',
      },
      {
        name: 'a token without the scope to heartbeat',
        present: () => ({ headers: credential(token({ scopes: ['worker:lease'] })) }),
        status: 403,
        reason: 'missing_scope',
      },
      {
        name: 'a token without the scope to renew',
        present: () => ({
          path: `${WORKER}/leases/sb-1/renew`,
          headers: credential(token({ scopes: ['worker:heartbeat'] })),
          body: { ttl: '1m' },
        }),
        status: 403,
        reason: 'missing_scope',
      },
      {
        name: 'a heartbeat as another worker',
        present: () => ({ path: `${other}/heartbeat`, headers: credential(token()) }),
        status: 403,
        reason: 'worker_mismatch',
      },
      {
        name: 'a renewal as another worker',
        present: () => ({
          path: `${other}/leases/sb-1/renew`,
          headers: credential(token()),
          body: { ttl: '1m' },
        }),
        status: 403,
        reason: 'worker_mismatch',
      },
    ];
    for (const { name, present, status = 401, reason } of refusals) {
      it(`${name}: ${status} ${reason}`, async () => {
        await fixture.store.workers.delete(WORKER).catch(() => undefined);
        const answer = await send(fixture, present());
        expect([answer.status, answer.body['reason']]).to.deep.equal([status, reason]);
        expect(answer.body).to.include.keys('code', 'message', 'request_id');
        if (status === 401) expect(answer.body['server_time']).to.be.a('string');
        expect((await fixture.store.workers.list()).items, 'nobody is registered').to.deep.equal([]);
      });
    }

    it('each with a line in the log that has the reason and no token', async () => {
      const presented = token({ at: ago(10) });
      await send(fixture, { headers: credential(presented) });
      const text = fixture.logs.text();
      expect(text).to.contain('token_expired');
      for (const part of presented.split('.').slice(1)) expect(text).not.to.contain(part);
    });
  });
});
