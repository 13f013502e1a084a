import { expect } from 'chai';
import { admin } from '../admin-calls.js';
import { call } from '../api-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';

describe('failed logins', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture({
      'auth.failed_login_limit': 5,
      'server.trusted_proxies': ['127.0.0.1'],
    });
  });
  afterEach(() => fixture?.dispose());

  const from = (address: string, key: string) =>
    call(fixture, '/sandboxes', { key, headers: { 'X-Forwarded-For': address } });
  const guess = async (address: string, times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) expect((await from(address, secret())).status).to.equal(401);
  };

  it('of one address are limited: 429 with Retry-After, whatever key comes next', async () => {
    await guess('192.0.2.1', 5);
    for (const key of [secret(), fixture.apiKey]) {
      const { status, body, headers } = await from('192.0.2.1', key);
      expect([status, body['code'], body['reason']]).to.deep.equal([
        429,
        'RESOURCE_LIMIT',
        'too_many_failures',
      ]);
      expect(Number(headers.get('retry-after'))).to.be.within(1, 12);
    }
    expect((await from('192.0.2.2', fixture.apiKey)).status).to.equal(200);
  });

  it('do not lock out a key that was good at the address', async () => {
    expect((await from('192.0.2.1', fixture.apiKey)).status).to.equal(200);
    await guess('192.0.2.1', 5);
    expect((await from('192.0.2.1', secret())).status).to.equal(429);
    expect((await from('192.0.2.1', fixture.apiKey)).status).to.equal(200);
  });

  it('of the hosts of one IPv6 network count together', async () => {
    for (let n = 1; n <= 5; n += 1) await guess(`2001:db8::${n}`, 1);
    expect((await from('2001:db8::99', secret())).status).to.equal(429);
  });

  it('are counted in the metrics, and can be limited otherwise while it runs', async () => {
    await guess('192.0.2.1', 5);
    expect((await from('192.0.2.1', secret())).status).to.equal(429);
    fixture.reload({ 'auth.failed_login_limit': 0 });
    await guess('192.0.2.1', 10);
    const { text } = await call(fixture, '/metrics/prometheus', { key: fixture.adminKey });
    expect(text).to.match(
      /^stacyvm_caller_authentications_total\{outcome="refused",kind="",reason="api_key_invalid"\} 15$/m,
    );
    expect(text).to.match(
      /^stacyvm_caller_authentications_total\{outcome="refused",kind="",reason="too_many_failures"\} 1$/m,
    );
    expect(text).to.match(
      /^stacyvm_caller_authentications_total\{outcome="accepted",kind="api_key",reason=""\} \d+$/m,
    );
  });

  it('are not what is counted of callers without a credential, or with a token', async () => {
    for (let n = 0; n < 10; n += 1) {
      const headers = { 'X-Forwarded-For': '192.0.2.1' };
      expect((await call(fixture, '/sandboxes', { key: null, headers })).status).to.equal(401);
      const bearer = { ...headers, Authorization: 'Bearer a.b.c' };
      expect((await call(fixture, '/sandboxes', { key: null, headers: bearer })).status).to.equal(401);
    }
    expect((await from('192.0.2.1', fixture.apiKey)).status).to.equal(200);
    expect((await admin(fixture, '/worker-keys')).status).to.equal(200);
  });
});
