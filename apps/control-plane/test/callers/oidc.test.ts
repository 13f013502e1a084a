import { expect } from 'chai';
import { admin, auditOf } from '../admin-calls.js';
import { type Answer, call } from '../api-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { type OidcProvider, startOidcProvider } from './oidc-provider.js';

describe('callers with a bearer token', () => {
  let provider: OidcProvider;
  let fixture: Fixture;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture(provider.flags);
  });
  after(async () => {
    await fixture?.dispose();
    await provider?.stop();
  });

  const ask = (path: string, token: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    call(fixture, path, { key: null, headers: { Authorization: `Bearer ${token}`, ...more } });

  const roles = [
    { groups: ['viewers'], read: 200, write: 403, operate: 403, administrate: 403 },
    { groups: ['operators', 'viewers'], read: 200, write: 404, operate: 200, administrate: 403 },
    { groups: ['viewers', 'admins'], read: 200, write: 404, operate: 200, administrate: 200 },
  ];
  for (const { groups, read, write, operate, administrate } of roles) {
    it(`of the groups ${groups.join(', ')} may do what their role may`, async () => {
      const token = provider.token({ groups });
      expect((await ask('/sandboxes', token)).status).to.equal(read);
      const destroy = await call(fixture, '/sandboxes/sb-none', {
        method: 'DELETE',
        key: null,
        headers: { Authorization: `Bearer ${token}` },
      });
      expect(destroy.status).to.equal(write);
      expect((await ask('/diagnostics', token)).status).to.equal(operate);
      expect((await ask('/admin/worker-keys', token)).status).to.equal(administrate);
    });
  }

  const refused = [
    ['of no mapped group', () => provider.token({ groups: ['guests'] }), 403, 'FORBIDDEN', 'no_role'],
    ['that has expired', () => provider.token({ exp: 1_000 }), 401, 'UNAUTHORIZED', 'bearer_expired'],
    [
      'for another audience',
      () => provider.token({ aud: 'other' }),
      401,
      'UNAUTHORIZED',
      'bearer_wrong_audience',
    ],
    ['that is none', () => 'junk', 401, 'UNAUTHORIZED', 'bearer_malformed'],
    ['of a worker', () => 'stacyvm-worker-v1.a.b', 401, 'UNAUTHORIZED', undefined],
  ] as const;
  for (const [name, token, status, code, reason] of refused) {
    it(`${name} are refused: ${status} ${reason ?? ''}`, async () => {
      const answer = await ask('/sandboxes', token());
      expect([answer.status, answer.body['code']]).to.deep.equal([status, code]);
      if (reason !== undefined) expect(answer.body['reason']).to.equal(reason);
    });
  }

  it('that is bad are refused even beside a good API key, which is good by itself', async () => {
    const both = await ask('/sandboxes', 'junk', { 'X-API-Key': fixture.apiKey });
    expect(both.status).to.equal(401);
    expect((await call(fixture, '/sandboxes')).status).to.equal(200);
  });

  it('are audited by their subject, and their tokens are nowhere', async () => {
    const token = provider.token({ groups: ['admins'], sub: 'root@example.com' });
    await ask('/admin/worker-keys', token, { 'X-Request-ID': 'by-oidc' });
    const entry = await auditOf(fixture, 'by-oidc');
    expect(entry).to.include({ actorKind: 'oidc', actorId: 'oidc:root@example.com', outcome: 'success' });
    expect(entry.credentialId).to.match(/^[0-9a-f]{16}$/);
    expect(fixture.logs.text()).not.to.contain(token.split('.')[2]);
  });

  it('have one limit of credentials to issue, however many tokens they have', async () => {
    const limited = await startFixture({ ...provider.flags, 'auth.worker_token_issue_limit': 2 });
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        const token = provider.token({ groups: ['admins'] });
        const headers = { Authorization: `Bearer ${token}` };
        const answer = await admin(limited, '/worker-tokens', {
          key: null,
          headers,
          body: { worker_id: 'w' },
        });
        statuses.push(answer.status);
      }
      expect(statuses).to.deep.equal([200, 200, 429]);
    } finally {
      await limited.dispose();
    }
  });

  it('wait for their provider: 503 until its keys are there, which is said in the log', async () => {
    const gone = await startOidcProvider();
    await gone.stop();
    const alone = await startFixture({ ...gone.flags, 'auth.api_key': secret() });
    try {
      const { status, body } = await call(alone, '/sandboxes', {
        key: null,
        headers: { Authorization: `Bearer ${gone.token({ groups: ['admins'] })}` },
      });
      expect([status, body['code'], body['reason']]).to.deep.equal([
        503,
        'UNAVAILABLE',
        'oidc_keys_unavailable',
      ]);
      await eventually(() =>
        expect(
          alone.logs.records(
            'the keys of the OIDC provider are not there yet; bearer tokens are answered with 503',
          ),
        ).to.have.length(1),
      );
    } finally {
      await alone.dispose();
    }
  });

  it('alone are a deployment without keys, where an API key is refused', async () => {
    const only = await startFixture({
      ...provider.flags,
      'auth.api_key': undefined,
      'auth.admin_api_key': undefined,
    });
    try {
      const headers = { Authorization: `Bearer ${provider.token({ groups: ['viewers'] })}` };
      expect((await call(only, '/sandboxes', { key: null, headers })).status).to.equal(200);
      expect((await call(only, '/sandboxes', { key: null })).status).to.equal(401);
      expect((await call(only, '/sandboxes', { key: secret() })).status).to.equal(401);
      expect(only.logs.text()).not.to.contain('everybody on it is administrator');
    } finally {
      await only.dispose();
    }
  });
});
