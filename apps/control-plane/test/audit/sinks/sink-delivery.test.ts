import { makeStatement } from '@stacyvm/audit';
import { openStore, type Store } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { openTlsCredentials } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import pg from 'pg';
import { deliverRound } from '../../../src/audit/sinks/delivery-round.js';
import { openSinks } from '../../../src/audit/sinks/open-sinks.js';
import { type SinkDelivery, startSinkDelivery } from '../../../src/audit/sinks/sink-delivery.js';
import { watchUnservedSinks } from '../../../src/audit/sinks/unserved-sinks.js';
import { eventually } from '../../eventually.js';
import { captureLogs, type LogCapture } from '../../log-capture.js';
import { firstCopies, type MemorySink, memorySink, upTo } from './memory-sink.js';
import { startSyslogServer } from './syslog-server.js';

describe('the delivery of the audit to a sink', () => {
  let database: TestDatabase;
  let store: Store;
  let client: pg.Client;
  let logs: LogCapture;
  let count = 0;
  const running: SinkDelivery[] = [];
  before(async () => {
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 5 });
    client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
  });
  after(async () => {
    await client?.end();
    await store?.close();
    await database?.drop();
  });
  beforeEach(() => {
    logs = captureLogs();
  });
  afterEach(async () => {
    for (const delivery of running.splice(0)) await delivery.stop();
    await client.query('delete from audit_sinks');
  });

  const record = (tenant: string, at = new Date()) =>
    store.audit.append({
      tenant,
      at,
      category: 'admin',
      actorKind: 'api_key',
      actorId: 'ann',
      credentialId: '',
      action: 'worker.list',
      resource: '',
      outcome: 'success',
      reason: '',
      requestId: '',
      sourceAddress: '',
    });
  /** Two chains of its own for each test. */
  const chains = () => {
    count += 1;
    return [`tn-${count}-a`, `tn-${count}-b`] as const;
  };
  const start = (sink: MemorySink, holder = 'cp-1', timing = {}): SinkDelivery => {
    const delivery = startSinkDelivery({ sink, store, holder, logger: logs.logger, timing });
    running.push(delivery);
    return delivery;
  };
  const had = (sink: MemorySink, tenant: string) => firstCopies(sink.sent).get(tenant) ?? [];
  /** As long as it takes: where it ends is a matter of records alone. */
  const round = (sink: MemorySink) =>
    deliverRound({ sink, id: `as-${sink.name}`, store, logger: logs.logger, longestMs: Infinity });
  const known = async (sink: MemorySink) =>
    store.auditSinks.hold({ id: `as-${sink.name}`, name: sink.name, holder: 'cp-1', ttlMs: 60_000 });

  it('sends each chain in its order, in pages, and what is recorded meanwhile at once', async () => {
    const [a, b] = chains();
    await Promise.all(Array.from({ length: 1_200 }, () => record(a)));
    await record(b);
    const sink = memorySink('as-1');
    const delivery = start(sink, 'cp-1', { poll: 60_000 });
    await eventually(() => {
      expect(had(sink, a)).to.deep.equal(upTo(1_200));
      expect(had(sink, b)).to.deep.equal([1]);
    });
    expect(sink.largestPage()).to.be.at.most(500);
    const before = performance.now();
    await eventually(() => expect(delivery.status().state).to.equal('delivering'));
    await record(b);
    delivery.wake();
    await eventually(() => expect(had(sink, b)).to.deep.equal([1, 2]));
    expect(performance.now() - before).to.be.below(10_000);
    expect(sink.sent).to.have.length(new Set(sink.sent.map(({ hash }) => hash)).size);
  });

  it('finds what another control plane recorded, without being told', async () => {
    const [a] = chains();
    const sink = memorySink('as-1');
    const delivery = start(sink);
    await eventually(() => expect(delivery.status().state).to.equal('delivering'));
    await record(a);
    await eventually(() => expect(had(sink, a)).to.deep.equal([1]));
  });

  for (const part of ['send', 'settle'] as const) {
    it(`sends again what a sink did not ${part === 'send' ? 'take' : 'confirm'}, and says when it is away and back`, async () => {
      const [a] = chains();
      await record(a);
      const sink = memorySink('as-1');
      sink.breakBy(part);
      const delivery = start(sink, 'cp-1', { firstRetry: 10, lastRetry: 50 });
      await eventually(() => expect(delivery.status().failures).to.be.above(2));
      expect(delivery.status()).to.include({ state: 'failing', problem: 'EAWAY', delivered: 0 });
      await record(a);
      sink.breakBy(undefined);
      await eventually(() => expect(delivery.status().state).to.equal('delivering'));
      await eventually(() => expect(had(sink, a)).to.deep.equal([1, 2]));
      expect(delivery.status().problem).to.equal(undefined);
      expect(logs.records('audit sink does not take records; they are kept for it')).to.have.length(1);
      expect(logs.records('audit sink takes records again')).to.have.length(1);
    });
  }

  it('reminds that a sink is still away', async () => {
    const sink = memorySink('as-1');
    sink.breakBy('identity');
    start(sink, 'cp-1', { firstRetry: 1, lastRetry: 1, remind: 20 });
    await eventually(() => {
      expect(logs.records('audit sink does not take records; they are kept for it')).to.have.length.above(2);
    });
  });

  it('is done by one of several control planes; another one takes over when it goes, or cannot', async () => {
    const [a] = chains();
    const [first, second] = [memorySink('as-1'), memorySink('as-1')];
    const timing = { standby: 50, firstRetry: 300, lastRetry: 300 };
    const one = start(first, 'cp-1', timing);
    await eventually(() => expect(one.status().state).to.equal('delivering'));
    const two = start(second, 'cp-2', timing);
    await eventually(() => expect(two.status().state).to.equal('standby'));
    await record(a);
    await eventually(() => expect(had(first, a)).to.deep.equal([1]));
    first.breakBy('send');
    await record(a);
    await eventually(() => expect(had(second, a)).to.deep.equal([2]));
    await eventually(() => expect(one.status().state).to.equal('standby'));
    first.breakBy(undefined);
    await two.stop();
    expect(second.isClosed()).to.equal(true);
    await record(a);
    await eventually(() => expect(had(first, a)).to.deep.equal([1, 3]));
  });

  it('begins from the start when the sink is another one', async () => {
    const [a] = chains();
    const sink = memorySink('as-1');
    start(sink);
    await record(a);
    const copies = () => sink.sent.filter(({ tenant }) => tenant === a).length;
    await eventually(() => expect(copies()).to.equal(1));
    sink.become('as-2');
    await eventually(() => expect(copies()).to.equal(2));
  });

  it('delivers what waits before it ends', async () => {
    const [a] = chains();
    const sink = memorySink('as-1');
    const delivery = start(sink, 'cp-1', { pace: 60_000, poll: 60_000 });
    await eventually(() => expect(delivery.status().state).to.equal('delivering'));
    await Promise.all(Array.from({ length: 700 }, () => record(a)));
    await delivery.stop();
    expect(had(sink, a)).to.deep.equal(upTo(700));
    expect(await store.auditSinks.waiting({ id: 'as-1' })).to.deep.equal([]);
  });

  it('does not wait long for a server that does not answer before it ends', async () => {
    const [a] = chains();
    await Promise.all(Array.from({ length: 1_500 }, () => record(a)));
    // It accepts connections, and never speaks TLS.
    const server = await startSyslogServer();
    server.pause();
    const credentials = openTlsCredentials({});
    const [sink] = openSinks([`syslog+tls://127.0.0.1:${server.port}`], {
      syncFiles: true,
      syslogTls: { credentials },
    });
    const delivery = startSinkDelivery({
      sink: sink!,
      store,
      holder: 'cp-1',
      logger: logs.logger,
      timing: { drain: 100 },
    });
    await eventually(() => expect(server.connections()).to.have.length(1));
    const before = performance.now();
    await delivery.stop();
    expect(performance.now() - before).to.be.below(8_000);
    credentials.close();
    await server.leave();
  });

  it('gives a sink more than one round can hold, chain by chain', async () => {
    const [a, b] = chains();
    await Promise.all(Array.from({ length: 2_100 }, () => record(a)));
    await record(b);
    const sink = memorySink(`cut-${count}`);
    await known(sink);
    expect(await round(sink)).to.deep.include({ missed: 0, isBehind: true });
    expect([had(sink, a).length, had(sink, b)]).to.deep.equal([2_000, [1]]);
    while ((await round(sink)).isBehind);
    expect(had(sink, a)).to.deep.equal(upTo(2_100));
  });

  it('says what a sink will never get, and goes on behind it', async () => {
    const [a] = chains();
    const sink = memorySink(`missed-${count}`);
    await known(sink);
    const old = new Date(Date.now() - 86_400_000);
    for (let n = 0; n < 4; n += 1) await record(a, n === 3 ? new Date() : old);
    await store.auditSinks.advance(`as-${sink.name}`, [{ tenant: a, sequence: 1 }]);
    await store.audit.prune({ before: new Date(Date.now() - 3_600_000) }, makeStatement);
    // Nothing is said of it as long as the sink does not get behind it.
    sink.breakBy('send');
    expect(await round(sink).catch((error: Error) => error.message)).to.equal('the sink is away');
    sink.breakBy(undefined);
    let missed = 0;
    // Other tests have left chains of more than one round.
    for (let isBehind = true; isBehind; ) {
      const result = await round(sink);
      missed += result.missed;
      isBehind = result.isBehind;
    }
    expect([missed, had(sink, a)]).to.deep.equal([2, [4]]);
    // Somebody takes a record out of the database.
    for (let n = 0; n < 3; n += 1) await record(a);
    await client.query(`set session_replication_role = replica`);
    await client.query(`delete from audit_events where tenant = $1 and sequence = 6`, [a]);
    await client.query(`set session_replication_role = origin`);
    expect((await round(sink)).missed).to.equal(1);
    expect(had(sink, a)).to.deep.equal([4, 5, 7]);
    const said = logs.records('audit records are gone from the database before a sink had them');
    expect(said.map(({ tenant_id, records }) => [tenant_id, records])).to.deep.equal([
      [a, 2],
      [a, 1],
    ]);
  });

  it('warns of a sink that nobody serves, and forgets it in the end', async () => {
    const [a] = chains();
    await record(a);
    await store.auditSinks.hold({ id: 'as-gone', name: 'file:/gone', holder: 'cp-9', ttlMs: 1 });
    const work = (now: () => Date) =>
      watchUnservedSinks({ store, holdMs: 172_800_000, logger: logs.logger, clock: now });
    const soon = work(() => new Date());
    await soon.runOnce();
    await soon.stop();
    expect(logs.records('no control plane delivers to an audit sink; pruning of the audit waits for it')).to
      .be.empty;
    const later = work(() => new Date(Date.now() + 3_600_000));
    await later.runOnce();
    await later.runOnce();
    const [said, ...more] = logs.records(
      'no control plane delivers to an audit sink; pruning of the audit waits for it',
    );
    expect(said).to.include({ sink: 'file:/gone', last_holder: 'cp-9' });
    expect(more).to.be.empty;
    await client.query(`update audit_sinks set seen_at = now() - interval '3 days'`);
    await later.runOnce();
    await later.stop();
    const forgotten = logs.records('an audit sink that no control plane delivers to is forgotten');
    expect(forgotten.map(({ sink }) => sink)).to.deep.equal(['file:/gone']);
    expect(await store.auditSinks.list()).to.deep.equal([]);
  });
});
