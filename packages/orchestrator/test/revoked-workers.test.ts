import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import { checkRunning } from '../src/reconcile.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { failureOf, rejection } from './rejection.js';

describe('revoked workers', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  let worker: FakeWorker;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    worker = await fixture.worker('worker-a');
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const context = { requestId: 'request-1' };
  const revoke = (...ids: readonly string[]) => {
    for (const id of ids) fixture.credentials.revoked.add(id);
  };
  const recorded = async (id: string) => {
    const sandbox = await fixture.store.sandboxes.get(id);
    return `${sandbox?.state} ${sandbox?.stateReason}`.trim();
  };

  it('are given no sandboxes', async () => {
    await fixture.worker('worker-b');
    revoke('worker-a');
    for (let n = 0; n < 2; n += 1) expect((await orchestrator.spawn({})).workerId).to.equal('worker-b');
    revoke('worker-b');
    await rejection(orchestrator.spawn({}), 'no_eligible_worker');
    expect(worker.calls).to.deep.equal([]);
  });

  it('are not called, and whoever tries finds their sandbox unhealthy', async () => {
    const { id } = await orchestrator.spawn({});
    revoke('worker-a');
    worker.calls.length = 0;
    await rejection(orchestrator.exec.run(id, { command: 'ls' }, context), 'worker_revoked');
    expect(await recorded(id)).to.equal('unhealthy worker_revoked');
    await rejection(orchestrator.logs(id, 1), 'sandbox_not_running');
    expect(worker.calls).to.deep.equal([]);
  });

  it('lose what is under way on them, at once, and nobody else does', async () => {
    const other = await fixture.worker('worker-b');
    const gate = closedGate();
    for (const each of [worker, other]) {
      each.behaviour.exec = async () => {
        await gate.passed;
        return { exitCode: 0, timedOut: false, durationMs: 1 };
      };
    }
    const ids = [(await orchestrator.spawn({})).id, (await orchestrator.spawn({})).id];
    const execs = ids.map((id) =>
      orchestrator.exec.run(id, { command: 'sleep' }, context).then(
        () => 'done',
        (error: { code: string }) => error.code,
      ),
    );
    await eventually(() => {
      for (const each of [worker, other])
        expect(each.calls.some((call) => call.startsWith('exec'))).to.equal(true);
    });
    revoke('worker-a');
    await orchestrator.enforceRevocations();
    expect(await execs[0]).to.equal('worker_unreachable');
    expect(await recorded(ids[0] ?? '')).to.equal('unhealthy worker_revoked');
    gate.open();
    expect(await execs[1]).to.equal('done');
    expect(await recorded(ids[1] ?? '')).to.equal('running');
  });

  it('are seen by reconciliation, also when they fell silent, and are healthy again when the revocation ends', async () => {
    const { id } = await orchestrator.spawn({ ttl: '1h' });
    revoke('worker-a');
    fixture.clock.advance(3 * MINUTE);
    const check = () => checkRunning({ ...fixture.reconciler(), intervalMs: 15_000 });
    await check();
    expect(await recorded(id)).to.equal('unhealthy worker_revoked');
    fixture.credentials.revoked.clear();
    await fixture.store.workers.upsertHeartbeat(worker.heartbeat());
    fixture.clock.advance(15_001);
    await check();
    expect(await recorded(id)).to.equal('running');
  });

  it('are what their sandboxes are unhealthy for, also to a look that was cut off', async () => {
    const { id } = await orchestrator.spawn({ ttl: '1h' });
    const gate = closedGate();
    worker.behaviour.status = async () => {
      await gate.passed;
      return { state: 'running', provider: 'mock' };
    };
    fixture.clock.advance(15_001);
    const reconciler = fixture.reconciler();
    const look = checkRunning({ ...reconciler, intervalMs: 15_000 });
    await eventually(() => expect(worker.calls).to.include(`status ${id}`));
    revoke('worker-a');
    await orchestrator.enforceRevocations();
    reconciler.clients.closeRevoked();
    await look;
    gate.open();
    expect(await recorded(id)).to.equal('unhealthy worker_revoked');
  });

  it('bring their sandboxes back with a heartbeat when they are let in again', async () => {
    const { id } = await orchestrator.spawn({});
    revoke('worker-a');
    await orchestrator.enforceRevocations();
    fixture.credentials.revoked.clear();
    await orchestrator.fleet.heartbeat({ ...worker.heartbeat(), held: [{ id, generation: 1 }] });
    expect(await recorded(id)).to.equal('running');
  });

  it('keep the record of a sandbox until its lease is over, and then it goes', async () => {
    const { id } = await orchestrator.spawn({ ttl: '10m' });
    revoke('worker-a');
    await rejection(orchestrator.destroy(id), 'worker_revoked');
    fixture.clock.advance(17 * MINUTE);
    await orchestrator.destroy(id);
    expect(await recorded(id)).to.equal('destroyed requested');
  });

  it('are cut off even while the database is away', async () => {
    const gate = closedGate();
    worker.behaviour.exec = async () => {
      await gate.passed;
      return { exitCode: 0, timedOut: false, durationMs: 1 };
    };
    const { id } = await orchestrator.spawn({});
    const exec = failureOf(orchestrator.exec.run(id, { command: 'sleep' }, context));
    await eventually(() => expect(worker.calls).to.include(`exec ${id}`));
    revoke('worker-a');
    const { workers } = fixture.store;
    const list = workers.list;
    workers.list = () => Promise.reject(new Error('the database is away'));
    const failure = await failureOf(orchestrator.enforceRevocations());
    workers.list = list;
    expect(failure).to.include({ message: 'the database is away' });
    expect(await exec).to.include({ code: 'worker_unreachable' });
    gate.open();
  });
});
