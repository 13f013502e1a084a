import { expect } from 'chai';
import { admin, auditOf } from '../admin-calls.js';
import { call, type Json, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { type ProtocolWorker, startProtocolWorker } from '../protocol-worker.js';

describe('the diagnostics', () => {
  let fixture: Fixture;
  let worker: ProtocolWorker;
  before(async () => {
    fixture = await startFixture({
      'defaults.max_sandboxes': 7,
      'defaults.spawn_overflow': 'queue',
      'defaults.spawn_queue_timeout': '5s',
      'defaults.max_spawn_queue': 3,
      'rate_limit.enabled': true,
      'rate_limit.burst': 500,
      'rate_limit.requests_per_minute': 1_000,
    });
    worker = await startProtocolWorker('worker-d', [fixture.url], fixture.signingKey);
    await eventually(() => expect(worker.beats.accepted).to.be.greaterThan(0));
    await spawnSandbox(fixture, { image: 'host' });
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const ask = async (): Promise<Json> => {
    const { status, body } = await call(fixture, '/diagnostics', { key: fixture.adminKey });
    expect(status).to.equal(200);
    return body;
  };
  const nulls = (value: unknown): boolean =>
    value === null || (typeof value === 'object' && Object.values(value).some(nulls));

  it('are for operators, and audited for administrators', async () => {
    for (const path of ['/diagnostics', '/admin/diagnostics']) {
      expect((await call(fixture, path, { key: null })).status, path).to.equal(401);
      expect((await call(fixture, path)).status, path).to.equal(403);
      expect((await call(fixture, path, { key: fixture.adminKey })).status, path).to.equal(200);
    }
    await admin(fixture, '/diagnostics', { headers: { 'X-Request-ID': 'diagnosed' } });
    expect(await auditOf(fixture, 'diagnosed')).to.include({
      action: 'diagnostics.read',
      outcome: 'success',
    });
  });

  it('tell of the process, the database and the limits', async () => {
    const body = await ask();
    expect(nulls(body)).to.equal(false);
    expect(body['build']).to.deep.equal({
      version: '1.2.3',
      node: process.version,
      platform: process.platform,
      arch: process.arch,
    });
    expect(Date.parse(String(body['generated_at']))).to.be.closeTo(Date.now(), 10_000);
    const store = body['store'] as Json;
    expect(store['healthy']).to.equal(true);
    expect(store['latency_ms']).to.be.within(0, 2_000);
    expect(body['limits']).to.deep.equal({
      max_sandboxes: 7,
      max_sandboxes_per_owner: 0,
      max_ttl: '24h0m0s',
      default_exec_timeout: '0s',
      max_exec_timeout: '10m0s',
      spawn_overflow: 'queue',
      spawn_queue_timeout: '5s',
      max_spawn_queue: 3,
    });
    expect(body['scheduler']).to.include({ spawn_queue_depth: 0, spawn_queue_capacity: 3 });
    expect((body['process'] as { memory: Json }).memory['rss_bytes']).to.be.greaterThan(1_000_000);
  });

  it('count workers and sandboxes', async () => {
    const old = { id: 'stale-1', hostname: 'h', providers: null, capabilities: null, capacity: {} };
    await fixture.store.workers.upsertHeartbeat({ ...old, id: 'draining-1', status: 'draining' });
    const { workers, sandboxes } = (await ask()) as { workers: Json; sandboxes: Json };
    expect(workers).to.include({ total: 2, online: 1, stale: 0, unhealthy: 1 });
    expect((workers['items'] as Json[]).map(({ id }) => id)).to.deep.equal(['draining-1', 'worker-d']);
    expect(sandboxes['by_worker']).to.deep.equal({ 'worker-d': 1 });
    expect(sandboxes['active']).to.equal(1);
  });

  it('count what the rate limit did', async () => {
    const before = (await ask())['rate_limit'] as Json;
    expect(before).to.include({ enabled: true, requests_per_minute: 1_000, burst: 500, key_by: 'owner' });
    await call(fixture, '/sandboxes');
    const after = (await ask())['rate_limit'] as Json;
    expect(Number(after['allowed_total']) - Number(before['allowed_total'])).to.equal(2);
    expect(after).to.include({ limited_total: 0, evicted_total: 0 });
  });

  it('name what waits for a restart, until it has its old value again, and never a value', async () => {
    const settings = async () => (await ask())['settings'] as Json;
    expect(await settings()).to.deep.include({ generation: 0, restart_required: [], warnings: [] });
    fixture.reload({ 'defaults.max_sandboxes': 9_876, 'logging.level': 'debug', 'worker.id': 'not-mine' });
    const changed = await settings();
    expect(changed['restart_required']).to.have.members(['defaults.max_sandboxes', 'logging.level']);
    const body = await ask();
    expect((body['limits'] as Json)['max_sandboxes']).to.equal(7);
    // Counts of bytes have any digits.
    const shown = JSON.stringify(body, (name, value) => (name === 'memory' ? undefined : value));
    expect(shown).not.to.contain('9876');
    fixture.reload({});
    expect((await settings())['restart_required']).to.deep.equal([]);
  });

  it('hold no key, and nothing of where the database is', async () => {
    const text = JSON.stringify(await ask());
    const { hostname, port, pathname } = new URL(fixture.database.dsn);
    for (const hidden of [
      fixture.apiKey,
      fixture.adminKey,
      fixture.signingKey,
      pathname,
      `${hostname}:${port}`,
    ]) {
      expect(text).not.to.contain(hidden);
    }
  });
});
