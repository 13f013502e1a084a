import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@stacyvm/audit';
import { expect } from 'chai';
import { createLineQueue } from '../../src/audit/sinks/line-queue.js';
import { admin } from '../admin-calls.js';
import { call } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';

describe('the metrics of the audit', () => {
  let directory: string;
  let fixture: Fixture;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'audit-metrics-'));
    mkdirSync(join(directory, 'there'));
    fixture = await startFixture({
      'audit.mode': 'best_effort',
      'audit.signing_key': generateSigningKey(),
      'audit.checkpoint_interval': '1s',
      'audit.sinks': [`file:${directory}/there/audit.ndjson`, `file:${directory}/missing/audit.ndjson`],
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

  it('tell how far the chains have come, what is signed, and what a sink did not take', async () => {
    for (const id of ['tn-a', 'tn-b']) await admin(fixture, '/tenants', { body: { id, name: id } });
    const headers = { 'X-Tenant-ID': 'tn-a' };
    await call(fixture, '/sandboxes', { key: fixture.adminKey, body: { provider: 'mock' }, headers });
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
      [`sink_failures_total{sink="file:${directory}/there/audit.ndjson"}`]: 0,
      [`sink_failures_total{sink="file:${directory}/missing/audit.ndjson"}`]:
        platform.appended + tenants.appended,
      [`sink_waiting_events{sink="file:${directory}/there/audit.ndjson"}`]: 0,
      [`sink_lag_seconds{sink="file:${directory}/there/audit.ndjson"}`]: 0,
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

  it('tell how many records wait for a sink, and for how long', async () => {
    let now = 0;
    let write: () => void = () => undefined;
    const queue = createLineQueue(
      () => new Promise((resolve) => (write = resolve)),
      () => now,
    );
    expect(queue.backlog()).to.deep.equal({ records: 0, ageMs: 0 });
    const added = [queue.add('1')];
    now = 500;
    added.push(queue.add('2'));
    now = 2000;
    expect(queue.backlog()).to.deep.equal({ records: 2, ageMs: 2000 });
    write();
    await added[0];
    await eventually(async () => expect(queue.backlog()).to.deep.equal({ records: 1, ageMs: 1500 }));
    write();
    await Promise.all(added);
    await eventually(async () => expect(queue.backlog()).to.deep.equal({ records: 0, ageMs: 0 }));
  });
});
