import { expect } from 'chai';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { failureOf } from './rejection.js';

describe('the leases of sandboxes', () => {
  let fixture: OrchestratorFixture;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(() => fixture.worker('worker-a'));
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const left = async (id: string): Promise<number> =>
    (((await fixture.store.leases.get(id))?.expiresAt.getTime() ?? Number.NaN) - fixture.clock().getTime()) /
    MINUTE;
  const renewal = (resourceId: string, minutes: number) => ({
    resourceId,
    holderId: 'worker-a',
    ttlMs: minutes * MINUTE,
  });

  it('cover the whole life of a sandbox unless told otherwise, and workers are not asked to renew', async () => {
    const orchestrator = fixture.orchestrator();
    const { id } = await orchestrator.spawn({ ttl: '2h' });
    expect(await left(id)).to.equal(125);
    const beat = { ...(await fixture.worker('worker-b')).heartbeat(), held: [] };
    expect((await orchestrator.fleet.heartbeat(beat)).leaseTtlMs).to.equal(undefined);
  });

  it('are no longer than told, when spawned, extended or renewed, and workers are told so', async () => {
    const orchestrator = fixture.orchestrator({ leaseTtlMs: 10 * MINUTE });
    const { id } = await orchestrator.spawn({ ttl: '2h' });
    expect(await left(id)).to.equal(10);
    fixture.clock.advance(6 * MINUTE);
    await orchestrator.fleet.renewLease(renewal(id, 600));
    expect(await left(id)).to.equal(10);
    await orchestrator.extend(id, { ttl: '3h' });
    expect(await left(id)).to.equal(10);
    const beat = { ...(await fixture.worker('worker-b')).heartbeat(), held: [] };
    expect((await orchestrator.fleet.heartbeat(beat)).leaseTtlMs).to.equal(10 * MINUTE);
    await orchestrator.destroy(id);
    expect(await failureOf(orchestrator.fleet.renewLease(renewal(id, 5)))).to.include({ code: 'conflict' });
  });

  it('are never renewed beyond what the sandbox may live', async () => {
    const { fleet, spawn } = fixture.orchestrator();
    const { id } = await spawn({ ttl: '10m' });
    await fleet.renewLease(renewal(id, 600));
    expect(await left(id)).to.equal(15);
    fixture.clock.advance(14 * MINUTE);
    await fleet.renewLease(renewal(id, 600));
    expect(await left(id), 'nor after its expiry').to.equal(1);
    fixture.clock.advance(MINUTE);
    expect(await failureOf(fleet.renewLease(renewal(id, 600)))).to.include({ code: 'conflict' });
  });

  it('are renewed for their holder alone', async () => {
    const { fleet, spawn } = fixture.orchestrator();
    const { id } = await spawn({ ttl: '10m' });
    expect(await failureOf(fleet.renewLease({ ...renewal(id, 5), holderId: 'worker-b' }))).to.include({
      code: 'conflict',
    });
  });
});
