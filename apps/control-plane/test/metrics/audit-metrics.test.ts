import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@stacyvm/audit';
import { expect } from 'chai';
import { admin, auditOf } from '../admin-calls.js';
import { call, type Json } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';

/** Nobody listens there. */
const CLOSED = 'syslog+tcp://127.0.0.1:1';

describe('the metrics of the audit', () => {
  let directory: string;
  let fixture: Fixture;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'audit-metrics-'));
    mkdirSync(join(directory, 'there'));
    fixture = await startFixture({
      // Nothing that is asked waits for a sink.
      'audit.mode': 'required',
      'audit.signing_key': generateSigningKey(),
      'audit.checkpoint_interval': '1s',
      'audit.sinks': [
        `file:${directory}/there/audit.ndjson`,
        `file:${directory}/missing/audit.ndjson`,
        CLOSED,
      ],
    });
  });
  after(async () => {
    await fixture?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  const scrape = async () => {
    const { text } = await call(fixture, '/metrics/prometheus', { key: fixture.adminKey });
    return (series: string): number => {
      const line = text.split('\n').find((each) => each.startsWith(`stacyvm_audit_${series} `));
      return line === undefined ? Number.NaN : Number(line.split(' ').at(-1));
    };
  };

  it('tell how far the chains have come, and what is signed', async () => {
    for (const id of ['tn-a', 'tn-b']) await admin(fixture, '/tenants', { body: { id, name: id } });
    const headers = { 'X-Tenant-ID': 'tn-a', 'X-Request-ID': 'spawned' };
    await call(fixture, '/sandboxes', { key: fixture.adminKey, body: { provider: 'mock' }, headers });
    // What became of it is recorded while it is answered.
    await auditOf(fixture, 'spawned');
    const { platform, tenants, chains } = await eventually(async () => {
      const summary = await fixture.store.audit.summary();
      expect([summary.platform.unsigned, summary.tenants.unsigned]).to.deep.equal([0, 0]);
      return summary;
    });
    const value = await scrape();
    const expected = {
      'head_sequence{chain="platform"}': platform.appended,
      'head_sequence{chain="tenants"}': tenants.appended,
      'checkpoint_age_seconds{chain="platform"}': 0,
      'unsigned_events{chain="tenants"}': 0,
      chains,
      signed: 1,
      events_total: platform.appended + tenants.appended,
      append_failures_total: 0,
      mode_refusals_total: 0,
    };
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, value(name)]))).to.deep.equal(
      expected,
    );
    expect(platform.appended).to.be.above(3);
    expect(tenants.appended).to.be.above(1);
  });

  it('count refusals that only the log has', async () => {
    for (let n = 0; n < 63; n += 1) await call(fixture, '/sandboxes', { key: null });
    expect((await scrape())('unrecorded_refusals_total')).to.equal(3);
  });

  it('tell what a sink has had, and what waits for one that takes nothing', async () => {
    await eventually(async () => {
      const value = await scrape();
      const of = (name: string, sink: string) =>
        value(`sink_${name}{sink="file:${directory}/${sink}/audit.ndjson"}`);
      expect(of('up', 'there')).to.equal(1);
      expect(of('up', 'missing')).to.equal(0);
      expect(of('failures_total', 'there')).to.equal(0);
      expect(of('failures_total', 'missing')).to.be.above(0);
      expect(of('delivered_events_total', 'there')).to.be.above(5);
      expect(of('delivered_events_total', 'missing')).to.equal(0);
      expect(of('missed_events_total', 'there')).to.equal(0);
      // Counted at most once in ten seconds.
      expect(value(`sink_waiting_events{sink="${CLOSED}"}`)).to.be.above(3);
      expect(value(`sink_lag_seconds{sink="${CLOSED}"}`)).to.be.above(0);
    }, 15_000);
    const { body } = await call(fixture, '/diagnostics', { key: fixture.adminKey });
    const { signed, sinks } = body['audit'] as { signed: boolean; sinks: readonly Json[] };
    expect(signed).to.equal(true);
    expect(sinks.map(({ kind, state, problem }) => [kind, state, problem])).to.deep.equal([
      ['file', 'delivering', undefined],
      ['file', 'failing', 'ENOENT'],
      ['syslog+tcp', 'failing', 'ECONNREFUSED'],
    ]);
    expect(sinks[2]?.['waiting_records']).to.be.above(3);
    const { logs } = fixture;
    expect(logs.records('audit sink does not take records; they are kept for it')).to.have.length.above(0);
  });
});
