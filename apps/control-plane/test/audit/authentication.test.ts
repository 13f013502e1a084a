import type { AuditEvent } from '@stacyvm/store';
import { expect } from 'chai';
import { admin, auditOf, revoke } from '../admin-calls.js';
import { type CallOptions, call, type Json, spawnSandbox } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { type ProtocolWorker, startProtocolWorker } from '../protocol-worker.js';
import { credential, send, WORKER, workerToken } from '../worker-calls.js';

describe('the audit of who is not let in', () => {
  let provider: OidcProvider;
  let fixture: Fixture;
  let worker: ProtocolWorker | undefined;
  let requests = 0;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture(provider.flags);
    for (const id of ['tn-a', 'tn-b']) await admin(fixture, '/tenants', { body: { id, name: id } });
    worker = await startProtocolWorker('worker-a', [fixture.url], fixture.signingKey);
    await eventually(() => expect(worker?.beats.accepted).to.be.above(0));
  });
  after(async () => {
    await fixture?.dispose();
    await worker?.stop();
    await provider?.stop();
  });

  /** The status of a call, and what the audit says of it. */
  async function recorded(path: string, options: CallOptions): Promise<AuditEvent> {
    requests += 1;
    const headers = { ...options.headers, 'X-Request-ID': `login-${requests}` };
    const { status } = await call(fixture, path, { ...options, headers });
    const event = await auditOf(fixture, `login-${requests}`);
    expect(event.status).to.equal(status);
    return event;
  }
  const withToken = (claims: Json) => ({
    key: null,
    headers: { Authorization: `Bearer ${provider.token({ groups: ['operators'], ...claims })}` },
  });
  const credentialsOf = ({ detail }: AuditEvent) => detail['credentials'] as readonly Json[];
  const keyOf = async (tenant: string, role = 'operator'): Promise<Json> => {
    const { body } = await admin(fixture, `/tenants/${tenant}/api-keys`, { body: { name: 'ci', role } });
    return body;
  };

  it('has a revoked API key, by what names it in lists, and never the key', async () => {
    const { id, key, prefix } = await keyOf('tn-a');
    await admin(fixture, `/tenants/tn-a/api-keys/${id}`, { method: 'DELETE' });
    const event = await recorded('/sandboxes', { key: String(key) });
    expect(event).to.include({
      category: 'authentication',
      outcome: 'denied',
      reason: 'api_key_revoked',
      status: 401,
      tenant: '',
      actorKind: 'anonymous',
    });
    const [shown] = credentialsOf(event);
    expect(shown).to.have.keys('kind', 'fingerprint', 'key_prefix');
    expect(String(key)).to.contain(String(shown?.['key_prefix']));
    expect(String(prefix)).to.contain(String(shown?.['key_prefix']));
    expect(JSON.stringify(event)).not.to.contain(key);
  });

  it('has a revoked token, one that has expired and one without a role', async () => {
    await admin(fixture, '/auth/revocations', {
      body: { issuer: provider.issuer, subject: 'eve', reason: 'left' },
    });
    const now = Math.floor(Date.now() / 1000);
    const cases: readonly (readonly [Json, string, number])[] = [
      [{ sub: 'eve', iat: now - 30 }, 'bearer_revoked', 401],
      [{ exp: now - 3600, iat: now - 7200 }, 'bearer_expired', 401],
      [{ groups: [] }, 'no_role', 403],
    ];
    for (const [claims, reason, status] of cases) {
      const event = await recorded('/workers', withToken(claims));
      expect(event, reason).to.include({ category: 'authentication', outcome: 'denied', reason, status });
      expect(credentialsOf(event), reason).to.have.length(1);
      expect(credentialsOf(event)[0], reason).to.include({ kind: 'bearer' });
    }
  });

  it('has logins that are not looked at any more, because too many failed', async () => {
    const guessed = await startFixture({ 'auth.failed_login_limit': 2 });
    try {
      for (let n = 0; n < 4; n += 1) await call(guessed, '/sandboxes', { key: secret() });
      const events = await eventually(async () => {
        const { items } = await guessed.store.audit.list({ category: 'authentication' });
        expect(items).to.have.length(4);
        return items.toReversed();
      });
      expect(events.map(({ status, reason }) => `${status} ${reason}`)).to.deep.equal([
        '401 api_key_invalid',
        '401 api_key_invalid',
        '429 too_many_failures',
        '429 too_many_failures',
      ]);
    } finally {
      await guessed.dispose();
    }
  });

  it('has callers of whom it cannot be told who they are', async () => {
    const away = await startOidcProvider();
    await away.stop();
    const stranded = await startFixture(away.flags);
    try {
      const headers = { Authorization: `Bearer ${away.token()}`, 'X-Request-ID': 'stranded' };
      const { status } = await call(stranded, '/sandboxes', { key: null, headers });
      expect(status).to.equal(503);
      expect(await auditOf(stranded, 'stranded')).to.include({
        category: 'authentication',
        outcome: 'failure',
        reason: 'oidc_keys_unavailable',
      });
    } finally {
      await stranded.dispose();
    }
  });

  it('has workers, each refusal of one once in a minute', async () => {
    await revoke(fixture, { token_id: 'a-lost-token' });
    const lost = credential(workerToken(fixture, { tokenId: 'a-lost-token' }));
    const forged = credential(workerToken(fixture, { key: secret() }));
    for (const headers of [lost, lost, forged, forged, lost]) await send(fixture, { headers });
    await send(fixture, { headers: credential(workerToken(fixture)), body: 'no JSON' });
    const ofWorkers = async () =>
      (await fixture.store.audit.list({ action: 'worker.authenticate' })).items.toReversed();
    const events = await eventually(async () => {
      const found = await ofWorkers();
      expect(found).to.have.length(2);
      return found;
    });
    for (const event of events) {
      expect(event).to.include({
        category: 'authentication',
        actorKind: 'worker',
        actorId: '',
        outcome: 'denied',
        resource: `worker:${WORKER}`,
        sourceAddress: '127.0.0.1',
        status: 401,
      });
    }
    expect(events.map(({ reason }) => reason)).to.have.members(['token_revoked', 'token_bad_signature']);
  });

  it('has what belongs to another tenant as denied, with the tenant of the caller alone', async () => {
    const [mine, foreign] = [await keyOf('tn-a'), await keyOf('tn-b', 'tenant_admin')];
    const sandbox = await spawnSandbox({ url: fixture.url, apiKey: String(mine['key']) });
    await eventually(async () => {
      const { items } = await fixture.store.audit.list({ tenant: 'tn-a', action: 'sandbox.spawn', limit: 1 });
      expect(items[0]?.outcome).to.equal('success');
    });
    const before = await fixture.store.audit.head('tn-a');
    const nowhere = `sb-${'0'.repeat(24)}`;
    const key = String(foreign['key']);
    for (const id of [sandbox, nowhere]) {
      const asked: readonly (readonly [string, CallOptions, string])[] = [
        [`/sandboxes/${id}`, {}, 'api.call'],
        [`/sandboxes/${id}/exec`, { body: { command: 'x' } }, 'sandbox.exec'],
        [`/sandboxes/${id}/files?path=x`, {}, 'file.read'],
        [`/sandboxes/${id}`, { method: 'DELETE' }, 'sandbox.destroy'],
      ];
      for (const [path, options, action] of asked) {
        const event = await recorded(path, { ...options, key });
        expect(event, path).to.include({
          tenant: 'tn-b',
          action,
          outcome: 'denied',
          reason: 'sandbox_not_found',
          status: 404,
        });
      }
    }
    for (const options of [
      { key },
      { key, method: 'DELETE' },
      { key, headers: { 'X-Tenant-ID': 'tn-a' } },
    ] as const) {
      expect(await recorded('/admin/tenants/tn-a', options)).to.include({
        tenant: 'tn-b',
        outcome: 'denied',
      });
    }
    expect(
      await recorded(`/admin/tenants/tn-b/api-keys/${mine['id']}`, { key, method: 'DELETE' }),
    ).to.include({
      tenant: 'tn-b',
      outcome: 'denied',
      reason: 'api_key_not_found',
    });
    expect(await fixture.store.audit.head('tn-a')).to.deep.equal(before);
  });
});
