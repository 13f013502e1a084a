import { keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { createMetrics } from '../../src/metrics/metrics.js';
import { joinTokenFor, revoke } from '../admin-calls.js';
import { call, spawnSandbox } from '../api-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { type ProtocolWorker, startProtocolWorker } from '../protocol-worker.js';
import { credential, send, WORKER, workerToken } from '../worker-calls.js';

describe('the metrics', () => {
  let fixture: Fixture;
  let worker: ProtocolWorker;
  const shared = secret();
  before(async () => {
    fixture = await startFixture({ 'auth.worker_token': shared });
    worker = await startProtocolWorker('worker-m', [fixture.url], fixture.signingKey);
    await eventually(() => expect(worker.beats.accepted).to.be.greaterThan(0));
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const scrape = async () => {
    const answer = await call(fixture, '/metrics/prometheus', { key: fixture.adminKey });
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    return answer.text;
  };
  const valueIn = (text: string, series: string): number => {
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? Number.NaN : Number(line.split(' ').at(-1));
  };

  it('are for administrators only', async () => {
    expect((await call(fixture, '/metrics/prometheus')).status).to.equal(403);
    expect((await call(fixture, '/metrics/prometheus', { key: null })).status).to.equal(401);
  });

  it('count who was let in with which key, and who was not and why', async () => {
    await send(fixture, { headers: credential(shared) });
    await send(fixture, { headers: credential(workerToken(fixture, { key: secret() })) });
    await send(fixture, { headers: credential(workerToken(fixture)), body: 'not JSON' });
    const text = await scrape();
    const fingerprint = keyFingerprint(fixture.signingKey);
    expect(text).to.match(
      new RegExp(
        `stacyvm_worker_authentications_total\\{[^}]*derived\\(active\\)[^}]*${fingerprint}[^}]*\\} \\d`,
      ),
    );
    expect(text).to.match(/stacyvm_worker_authentications_total\{[^}]*token_bad_signature[^}]*\} 1/);
    expect(valueIn(text, 'stacyvm_worker_static_credential_uses_total{kind="shared"}')).to.equal(1);
    expect(valueIn(text, 'stacyvm_worker_heartbeats_total')).to.be.greaterThan(1);
    expect(text).to.match(/stacyvm_worker_request_refusals_total\{status="400",reason="invalid_body"\} 1/);
  });

  it('show which worker uses which credential, and when it was last heard of', async () => {
    const text = await scrape();
    const labels = `worker_id="worker-m",form="signed",kind="",key_role="derived\\(active\\)",key_fingerprint="${keyFingerprint(fixture.signingKey)}",profile="strict"`;
    const [, value] =
      new RegExp(`stacyvm_worker_last_heartbeat_timestamp_seconds\\{${labels}\\} ([0-9.]+)`).exec(text) ?? [];
    expect(Number(value)).to.be.closeTo(Date.now() / 1000, 30);
    expect(text).to.match(
      /stacyvm_worker_last_heartbeat_timestamp_seconds\{[^}]*form="static",kind="shared"/,
    );
  });

  it('count what is issued, redeemed and refused by workers, and show the list of revocations', async () => {
    await call(fixture, '/admin/worker-tokens', { key: fixture.adminKey, body: { worker_id: WORKER } });
    const { token } = await joinTokenFor(fixture, WORKER);
    for (let n = 0; n < 2; n += 1) {
      await send(fixture, { path: `${WORKER}/enrol`, headers: { 'X-Join-Token': token } });
    }
    await revoke(fixture, { token_id: 'some-token' });
    const text = await scrape();
    expect(valueIn(text, 'stacyvm_worker_token_issuances_total{audience="worker:control-plane"}')).to.equal(
      1,
    );
    expect(valueIn(text, 'stacyvm_worker_enrolments_total{outcome="redeemed"}')).to.equal(1);
    expect(valueIn(text, 'stacyvm_worker_enrolments_total{outcome="join_token_used"}')).to.equal(1);
    expect(valueIn(text, 'stacyvm_revocation_list_entries')).to.equal(1);
    expect(valueIn(text, 'stacyvm_revocation_list_version')).to.be.greaterThan(1);
    expect(valueIn(text, 'stacyvm_revocation_list_age_seconds')).to.be.within(0, 15);
  });

  it('count calls that a worker does not let in', async () => {
    const sandbox = await spawnSandbox(fixture, { image: 'host' });
    worker.useMasters(secret());
    await call(fixture, `/sandboxes/${sandbox}/exec`, { body: { command: 'x' } });
    worker.useMasters(fixture.signingKey);
    expect(await scrape()).to.match(
      /stacyvm_worker_rpc_refusals_total\{reason="token_bad_signature"\} [1-9]/,
    );
  });

  it('measure requests by operation and status, and count sandboxes by state', async () => {
    await call(fixture, '/nothing/of/the/contract');
    await call(fixture, '/workers/none');
    const text = await eventually(async () => {
      const scraped = await scrape();
      expect(
        valueIn(scraped, 'stacyvm_http_request_duration_seconds_count{operation="getWorker",status="404"}'),
      ).to.equal(1);
      return scraped;
    });
    expect(text).to.contain('stacyvm_http_request_duration_seconds_count{operation="none",status="404"}');
    expect(text).to.contain(
      'stacyvm_http_request_duration_seconds_count{operation="worker_protocol",status="200"}',
    );
    for (const state of ['creating', 'running', 'idle', 'unhealthy', 'expired', 'error']) {
      expect(valueIn(text, `stacyvm_sandboxes{state="${state}"}`)).to.be.at.least(0);
    }
  });

  it('have no label that a caller can choose, and name workers in a known set of series alone', async () => {
    for (const id of ['chosen-1', 'chosen-2']) {
      await send(fixture, { path: `${id}/heartbeat`, headers: credential(shared, id) });
      await call(fixture, `/sandboxes/${id}`);
      await call(fixture, `/${id}`);
    }
    const naming = (await scrape()).split('\n').filter((line) => line.includes('chosen-'));
    expect(naming.map((line) => line.split('"').slice(0, 2).join('"'))).to.have.members([
      'stacyvm_worker_flaps_total{worker_id="chosen-1',
      'stacyvm_worker_flaps_total{worker_id="chosen-2',
      'stacyvm_worker_last_heartbeat_timestamp_seconds{worker_id="chosen-1',
      'stacyvm_worker_last_heartbeat_timestamp_seconds{worker_id="chosen-2',
    ]);
  });

  it('bound the reasons that workers give', async () => {
    const metrics = createMetrics();
    for (let n = 0; n < 26 * 26; n += 1) {
      const letters = String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26));
      metrics.rpcRefusal({ workerId: 'w', code: 'unauthorized', reason: `reason_${letters}` });
    }
    metrics.rpcRefusal({ workerId: 'w', code: 'unauthorized', reason: 'x"}\n{' });
    const lines = (await metrics.text()).split('\n').filter((line) => line.includes('rpc_refusals_total{'));
    expect(lines).to.have.length(51);
    expect(lines.at(-1)).to.contain('reason="other"');
  });
});
