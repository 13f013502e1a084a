import { RpcMethodError } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { failureOf, rejection } from './rejection.js';

describe('orchestrator', () => {
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

  it('lists sandboxes newest first, page by page, and none that is destroyed', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      fixture.clock.advance(1_000);
      ids.unshift((await orchestrator.spawn({})).id);
    }
    await orchestrator.destroy(ids[1]!);
    const first = await orchestrator.list({ limit: 2 });
    const second = await orchestrator.list({ limit: 2, after: first.nextCursor! });
    expect([...first.items, ...second.items].map(({ id }) => id)).to.deep.equal([ids[0], ids[2], ids[3]]);
    expect(second.nextCursor).to.equal(undefined);
  });

  it('gets a sandbox that any control plane spawned', async () => {
    const { id } = await orchestrator.spawn({});
    expect((await fixture.orchestrator().get(id)).id).to.equal(id);
    await rejection(orchestrator.get('sb-never'), 'sandbox_not_found');
  });

  describe('logs', () => {
    it('are the last lines that the worker kept', async () => {
      const { id } = await orchestrator.spawn({});
      expect(await orchestrator.logs(id, 2)).to.deep.equal(['two', 'three']);
    });

    const failures: ReadonlyArray<readonly [string, () => unknown, string, string]> = [
      ['is gone', () => worker.close(), 'worker_unreachable', 'worker_rpc_unavailable'],
      ['lost the sandbox', () => worker.sandboxes.clear(), 'sandbox_lost', 'runtime_missing'],
      [
        'fails',
        () => {
          worker.behaviour.logs = () => Promise.reject(new RpcMethodError('internal', 'as arranged'));
        },
        'worker_failed',
        '',
      ],
    ];
    for (const [name, arrange, code, stateReason] of failures) {
      it(`tell ${code} when the worker ${name}`, async () => {
        const { id } = await orchestrator.spawn({});
        await arrange();
        expect(await failureOf(orchestrator.logs(id, 10))).to.include({ code });
        expect((await orchestrator.get(id)).stateReason).to.equal(stateReason);
      });
    }
  });

  it('tells that there was no room for long logs, and suspects nobody', async () => {
    const { id } = await orchestrator.spawn({});
    worker.behaviour.logs = async () => ['x'.repeat(2 * 1024 * 1024)];
    const logs = (granted: boolean) => orchestrator.logs(id, 1, { reserve: async () => granted });
    expect(await failureOf(logs(false))).to.include({ code: 'answers_busy' });
    expect((await orchestrator.get(id)).state).to.equal('running');
    expect((await logs(true))[0]).to.have.length(2 * 1024 * 1024);
  });

  it('starts its background work once, however often it is told to', async () => {
    let claims = 0;
    const { sandboxes } = fixture.store;
    const claimExpired: typeof sandboxes.claimExpired = (request) => {
      claims += 1;
      return sandboxes.claimExpired(request);
    };
    const store = { ...fixture.store, sandboxes: { ...sandboxes, claimExpired } };
    const plane = fixture.orchestrator({ store, reapIntervalMs: 1_000_000 });
    plane.start();
    plane.start();
    await plane.stop();
    expect(claims).to.equal(1);
  });

  it('fails the calls that are under way when it stops', async () => {
    const { id } = await orchestrator.spawn({});
    worker.behaviour.exec = () => new Promise(() => undefined);
    const running = failureOf(orchestrator.exec.run(id, { command: 'make' }, { requestId: 'r' }));
    await eventually(() => expect(worker.calls.at(-1)).to.equal(`exec ${id}`));
    await orchestrator.stop();
    expect(await running).to.include({ code: 'worker_unreachable' });
  });
});
