import { expect } from 'chai';
import { call } from '../api-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { credential, send } from '../worker-calls.js';

describe('the metrics of the fleet', () => {
  let fixture: Fixture;
  const shared = secret();
  before(async () => {
    fixture = await startFixture({ 'auth.worker_token': shared });
  });
  after(() => fixture?.dispose());

  const scrape = async () => (await call(fixture, '/metrics/prometheus', { key: fixture.adminKey })).text;
  const valueIn = (text: string, series: string): number => {
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? Number.NaN : Number(line.split(' ').at(-1));
  };
  const beat = (id: string, body: object) =>
    send(fixture, { path: `${id}/heartbeat`, headers: credential(shared, id), body });

  it('tell how heartbeats are written, who is there, and that hints come in', async () => {
    const replies = await Promise.all(['a', 'b', 'c'].map((id) => beat(id, { instance_id: 'one' })));
    expect(replies.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    const text = await eventually(async () => {
      // Each time anew: of what was before it listened it has no hint.
      await fixture.store.workers.setDuty('b', { cordoned: true });
      await fixture.store.workers.setDuty('c', { drainRequested: true });
      const scraped = await scrape();
      expect(valueIn(scraped, 'stacyvm_database_hints_connected')).to.equal(1);
      expect(valueIn(scraped, 'stacyvm_database_hints_total{channel="stacyvm_workers"}')).to.be.at.least(2);
      expect(valueIn(scraped, 'stacyvm_control_planes')).to.equal(1);
      return scraped;
    });
    expect(valueIn(text, 'stacyvm_heartbeat_batch_size_sum')).to.equal(3);
    expect(valueIn(text, 'stacyvm_heartbeat_write_duration_seconds_count{outcome="written"}')).to.equal(
      valueIn(text, 'stacyvm_heartbeat_batch_size_count'),
    );
    expect(valueIn(text, 'stacyvm_heartbeats_waiting')).to.equal(0);
    expect(valueIn(text, 'stacyvm_heartbeat_pace_seconds')).to.equal(5);
    expect(valueIn(text, 'stacyvm_fleet_listening_seconds')).to.be.within(0, 60);
  });

  it('count workers by condition', async () => {
    const counts = await eventually(
      async () => {
        const text = await scrape();
        const of = (condition: string) => valueIn(text, `stacyvm_workers{condition="${condition}"}`);
        const all = ['stale', 'draining', 'cordoned', 'online', 'other'].map(of);
        expect(all).to.deep.equal([0, 1, 1, 1, 0]);
        return all;
      },
      // They are counted once in ten seconds.
      15_000,
    );
    expect(counts).to.have.length(5);
  }).timeout(20_000);

  it('count the returns of a worker', async () => {
    for (const instance of ['two', 'three']) await beat('a', { instance_id: instance });
    const text = await scrape();
    expect(valueIn(text, 'stacyvm_worker_flaps_total{worker_id="a"}')).to.equal(2);
    expect(valueIn(text, 'stacyvm_worker_flaps_total{worker_id="b"}')).to.equal(0);
  });
});
