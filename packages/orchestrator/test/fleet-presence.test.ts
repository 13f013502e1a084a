import { expect } from 'chai';
import type { BackgroundWork } from '../src/background-work.js';
import { createFleetPresence, type FleetPresence } from '../src/fleet-presence.js';
import { checkRunning } from '../src/reconcile.js';
import { eventually } from './eventually.js';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';

describe('fleet presence', () => {
  let fixture: OrchestratorFixture;
  const started: BackgroundWork[] = [];
  before(async () => {
    fixture = await openFixture();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((work) => work.stop()));
    await fixture.reset();
  });
  after(() => fixture.close());

  interface ControlPlane {
    readonly presence: FleetPresence;
    readonly beats: BackgroundWork;
  }

  /** A control plane that is there, and that listens from now on. */
  async function controlPlane(id: string): Promise<ControlPlane> {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const { store, clock } = fixture;
    const presence = createFleetPresence({ store, logger, clock, id });
    const beats = presence.start();
    started.push(beats);
    await eventually(() => expect(presence.status().controlPlanes).to.be.at.least(1));
    return { presence, beats };
  }

  /** Lets time pass in which these control planes are there. */
  async function pass(minutes: number, ...present: readonly ControlPlane[]): Promise<void> {
    for (let step = 0; step < minutes * 4; step += 1) {
      fixture.clock.advance(15_000);
      for (const { beats } of present) await beats.runOnce();
    }
  }

  it('takes a worker for dead after two minutes of silence that somebody listened to', async () => {
    const one = await controlPlane('one');
    const heard = { lastHeartbeat: fixture.clock() };
    await pass(2, one);
    expect(one.presence.isStale(heard)).to.equal(false);
    fixture.clock.advance(1);
    expect(one.presence.isStale(heard)).to.equal(true);
    expect(one.presence.staleBefore()).to.deep.equal(new Date(fixture.clock().getTime() - 2 * MINUTE));
  });

  it('takes nobody for dead because all control planes were away', async () => {
    const before = await controlPlane('before');
    const heard = { lastHeartbeat: fixture.clock() };
    await before.beats.stop();
    fixture.clock.advance(60 * MINUTE);
    const after = await controlPlane('after');
    expect(after.presence.isStale(heard)).to.equal(false);
    expect(after.presence.staleBefore()).to.equal(undefined);
    await pass(2, after);
    expect(after.presence.isStale(heard)).to.equal(false);
    fixture.clock.advance(1);
    expect(after.presence.isStale(heard)).to.equal(true);
  });

  it('counts the time for which another control plane listened', async () => {
    const old = await controlPlane('old');
    const heard = { lastHeartbeat: fixture.clock() };
    await pass(3, old);
    const young = await controlPlane('young');
    expect(young.presence.isStale(heard)).to.equal(true);
    expect(young.presence.status()).to.deep.equal({ controlPlanes: 2, listeningMs: 3 * MINUTE });
  });

  it('takes nobody for dead while it was suspended itself, or cannot reach the database', async () => {
    const one = await controlPlane('one');
    await pass(3, one);
    const heard = { lastHeartbeat: fixture.clock() };
    fixture.clock.advance(10 * MINUTE);
    expect(one.presence.isStale(heard)).to.equal(false);
    expect(one.presence.status()).to.deep.equal({ controlPlanes: 0, listeningMs: 0 });
    await one.beats.runOnce();
    expect(one.presence.isStale(heard)).to.equal(false);
    await pass(2, one);
    fixture.clock.advance(1);
    expect(one.presence.isStale(heard)).to.equal(true);
  });

  it('keeps sandboxes from being given up because of an outage of ours', async () => {
    const worker = await fixture.worker('worker-a');
    const orchestrator = fixture.orchestrator();
    const { id } = await orchestrator.spawn({});
    fixture.clock.advance(60 * MINUTE);
    const { presence } = await controlPlane('after');
    const check = async (isStale: (each: { readonly lastHeartbeat: Date }) => boolean) => {
      await checkRunning({ ...fixture.reconciler(), isStale, intervalMs: 0 });
      const { state, stateReason } = await orchestrator.get(id);
      return `${state} ${stateReason}`.trim();
    };
    expect(await check(presence.isStale)).to.equal('running');
    expect(worker.calls).to.include(`status ${id}`);
    fixture.clock.advance(1);
    expect(await check(() => true)).to.equal('unhealthy worker_stale');
  });

  it('counts a return as a flap only when the worker had been taken for dead', async () => {
    const worker = await fixture.worker('worker-a');
    const flapsWith = async (staleBefore: Date | undefined) => {
      const [stored] = await fixture.store.workers.recordHeartbeats([worker.heartbeat()], {
        lapsedBefore: staleBefore,
      });
      return stored?.worker.flaps;
    };
    fixture.clock.advance(60 * MINUTE);
    const after = await controlPlane('after');
    expect(await flapsWith(after.presence.staleBefore())).to.equal(0);
    await pass(3, after);
    expect(await flapsWith(after.presence.staleBefore())).to.equal(1);
  });
});
