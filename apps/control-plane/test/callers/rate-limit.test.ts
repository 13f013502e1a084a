import type { Principal } from '@stacyvm/auth';
import { expect } from 'chai';
import { createRateLimit } from '../../src/callers/rate-limit.js';
import { admin } from '../admin-calls.js';
import { type Answer, call } from '../api-calls.js';
import { type Fixture, type Flags, secret, settingsFor, startFixture } from '../control-plane-fixture.js';
import { credential, send, workerToken } from '../worker-calls.js';

const SLOW: Flags = {
  'rate_limit.enabled': true,
  'rate_limit.requests_per_minute': 1,
  'rate_limit.burst': 3,
};

describe('the rate limit', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture({ ...SLOW, 'server.trusted_proxies': ['127.0.0.1'] });
  });
  afterEach(() => fixture?.dispose());

  const rate = ({ headers }: Answer) => [
    headers.get('x-ratelimit-limit'),
    headers.get('x-ratelimit-remaining'),
    headers.get('retry-after'),
  ];
  const times = async (count: number, ask: () => Promise<Answer>): Promise<readonly number[]> => {
    const statuses: number[] = [];
    for (let n = 0; n < count; n += 1) statuses.push((await ask()).status);
    return statuses;
  };

  it('tells each caller what is left, and then when to come again', async () => {
    const remaining: unknown[] = [];
    for (let n = 0; n < 3; n += 1) {
      const answer = await call(fixture, n === 1 ? '/nothing' : '/sandboxes');
      expect(answer.status).to.equal(n === 1 ? 404 : 200);
      remaining.push(rate(answer));
    }
    expect(remaining).to.deep.equal([
      ['3', '2', null],
      ['3', '1', null],
      ['3', '0', null],
    ]);
    const refused = await call(fixture, '/sandboxes');
    expect(refused.status).to.equal(429);
    expect(refused.body).to.include({ code: 'RESOURCE_LIMIT', reason: 'rate_limited' });
    expect(rate(refused)).to.deep.equal(['3', '0', refused.headers.get('retry-after')]);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(50, 60);
    expect(refused.body['message']).to.equal(
      `rate limit exceeded; retry after ${refused.headers.get('retry-after')}s`,
    );
  });

  it('of one caller is not that of another, and no header of theirs changes it', async () => {
    let n = 0;
    const flood = () => {
      n += 1;
      return call(fixture, '/sandboxes', {
        headers: { 'X-User-ID': `user-${n}`, 'X-Real-IP': `1.1.1.${n}`, 'X-Request-ID': `r${n}` },
      });
    };
    expect(await times(5, flood)).to.deep.equal([200, 200, 200, 429, 429]);
    expect((await admin(fixture, '/worker-keys')).status).to.equal(200);
  });

  it('counts bad credentials and missing ones by address, and does not lock out who has a good one', async () => {
    const guess = () => call(fixture, '/sandboxes', { key: secret() });
    expect(await times(2, guess)).to.deep.equal([401, 401]);
    expect((await call(fixture, '/sandboxes', { key: null })).status).to.equal(401);
    const refused = await guess();
    expect([refused.status, refused.body['reason']]).to.deep.equal([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0);
    expect((await call(fixture, '/sandboxes', { key: null })).status).to.equal(429);
    expect((await call(fixture, '/sandboxes')).status).to.equal(200);
    const elsewhere = { 'X-Forwarded-For': '203.0.113.9' };
    expect((await call(fixture, '/sandboxes', { key: null, headers: elsewhere })).status).to.equal(401);
  });

  it('costs probes, preflights and workers nothing', async () => {
    expect(await times(3, () => call(fixture, '/sandboxes', { key: null }))).to.deep.equal([401, 401, 401]);
    for (let n = 0; n < 5; n += 1) {
      for (const path of ['/health', '/live', '/ready']) {
        const answer = await call(fixture, path, { key: null });
        expect(answer.status, path).to.equal(200);
        expect(rate(answer)).to.deep.equal([null, null, null]);
      }
      expect((await send(fixture, { headers: credential(workerToken(fixture)) })).status).to.equal(200);
    }
  });

  it('of a tenant is that of all who belong to it, and none of who looks after it', async () => {
    const { store } = fixture;
    await store.tenants.create({ id: 'tn-a', name: 'a' });
    const limit = createRateLimit(
      settingsFor({ ...SLOW, 'rate_limit.tenant_requests_per_minute': 2 }),
      () => 0,
    );
    const takings = [];
    for (const tenant of ['tn-a', 'tn-a', 'tn-a', 'tn-b']) takings.push(await limit.ofTenant(tenant));
    expect(takings.map((taking) => [taking?.taken, taking?.left, taking?.limit])).to.deep.equal([
      [true, 1, 2],
      [true, 0, 2],
      [false, 0, 2],
      [true, 1, 2],
    ]);
    fixture.reload({ ...SLOW, 'rate_limit.burst': 100, 'rate_limit.tenant_requests_per_minute': 1 });
    const chosen = { headers: { 'X-Tenant-ID': 'tn-a' } };
    expect(await times(3, () => call(fixture, '/sandboxes', chosen))).to.deep.equal([200, 200, 200]);
  });

  it('changes while it runs, also to none', async () => {
    expect(await times(4, () => call(fixture, '/sandboxes'))).to.deep.equal([200, 200, 200, 429]);
    fixture.reload({ 'rate_limit.enabled': false });
    const free = await call(fixture, '/sandboxes');
    expect([free.status, ...rate(free)]).to.deep.equal([200, null, null, null]);
    fixture.reload({ ...SLOW, 'rate_limit.burst': 0, 'rate_limit.requests_per_minute': 6_000 });
    expect(rate(await admin(fixture, '/worker-keys'))[0]).to.equal('6000');
  });

  it('does not let a flood of a known caller into the audit', async () => {
    const statuses = await times(70, () => admin(fixture, '/worker-keys'));
    expect(statuses.filter((status) => status === 429)).to.have.length(67);
    const { items } = await fixture.store.audit.list({ limit: 1000 });
    const limited = items.filter(({ reason }) => reason === 'rate_limited');
    expect(limited).to.have.length(60);
    expect(limited[0]).to.include({ outcome: 'denied' });
  });

  describe('by key', () => {
    const principal = (id: string, credentialId: string): Principal => ({
      kind: 'api_key',
      id,
      role: 'api',
      scopes: [],
      credentialId,
    });
    const cases: ReadonlyArray<{
      readonly keyBy: string;
      readonly same: readonly [Principal, string];
      readonly other: readonly [Principal, string];
    }> = [
      {
        keyBy: 'owner',
        same: [principal('ann', 'c2'), '2.2.2.2'],
        other: [principal('bob', 'c1'), '1.1.1.1'],
      },
      {
        keyBy: 'api_key',
        same: [principal('bob', 'c1'), '2.2.2.2'],
        other: [principal('ann', 'c2'), '1.1.1.1'],
      },
      { keyBy: 'ip', same: [principal('bob', 'c2'), '1.1.1.1'], other: [principal('ann', 'c1'), '2.2.2.2'] },
    ];
    for (const { keyBy, same, other } of cases) {
      it(`${keyBy} tells callers apart`, async () => {
        const settings = settingsFor({ ...SLOW, 'rate_limit.burst': 1, 'rate_limit.key_by': keyBy });
        const limit = createRateLimit(settings, () => 0);
        expect((await limit.ofCaller(principal('ann', 'c1'), '1.1.1.1'))?.taken).to.equal(true);
        expect((await limit.ofCaller(...same))?.taken).to.equal(false);
        expect((await limit.ofCaller(...other))?.taken).to.equal(true);
        expect(limit.status()).to.include({ keyBy, allowed: 2, limited: 1, activeBuckets: 2 });
      });
    }

    it('takes a host with IPv6 as one, whichever of its addresses it uses', async () => {
      const limit = createRateLimit(settingsFor({ ...SLOW, 'rate_limit.burst': 1 }), () => 0);
      expect((await limit.ofUnknown('2001:db8:0:1::1'))?.taken).to.equal(true);
      expect((await limit.ofUnknown('2001:db8:0:1:ffff::2'))?.taken).to.equal(false);
      expect((await limit.ofUnknown('2001:db8:0:2::1'))?.taken).to.equal(true);
    });
  });
});
