import { StoreError } from '@stacyvm/store';
import { RpcMethodError } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { Orchestrator, Sandboxes } from '../src/index.js';
import type { FakeWorker } from './fake-worker.js';
import { type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { rejection } from './rejection.js';

describe('sandboxes of tenants', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  let worker: FakeWorker;
  let ofA: Sandboxes;
  let ofB: Sandboxes;
  let ofNobody: Sandboxes;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    worker = await fixture.worker('worker-a');
    for (const id of ['tn-a', 'tn-b']) await fixture.store.tenants.create({ id, name: id });
    ofA = orchestrator.within({ kind: 'tenant', tenantId: 'tn-a' });
    ofB = orchestrator.within({ kind: 'tenant', tenantId: 'tn-b' });
    ofNobody = orchestrator.within({ kind: 'untenanted' });
  });
  afterEach(async () => {
    await fixture.reset();
    const { items } = await fixture.store.tenants.list();
    for (const { id } of items) await fixture.store.tenants.delete(id, { cascade: true });
  });
  after(() => fixture.close());

  it('belong to the reach that they were spawned in, whatever the request says', async () => {
    expect((await ofA.spawn({})).tenantId).to.equal('tn-a');
    expect((await ofA.spawn({ tenantId: 'tn-b' })).tenantId).to.equal('tn-a');
    expect((await ofNobody.spawn({ tenantId: 'tn-b' })).tenantId).to.equal('');
  });

  it('are listed within their reach', async () => {
    const [a, b, none] = [await ofA.spawn({}), await ofB.spawn({}), await ofNobody.spawn({})];
    const ids = async ({ list }: Sandboxes) => (await list({})).items.map(({ id }) => id).sort();
    expect(await ids(ofA)).to.deep.equal([a.id]);
    expect(await ids(ofB)).to.deep.equal([b.id]);
    expect(await ids(ofNobody)).to.deep.equal([none.id]);
    expect(await ids(orchestrator)).to.deep.equal([a.id, b.id, none.id].sort());
  });

  const uses: Readonly<Record<string, (sandboxes: Sandboxes, id: string) => Promise<unknown>>> = {
    get: ({ get }, id) => get(id),
    destroy: ({ destroy }, id) => destroy(id),
    extend: ({ extend }, id) => extend(id, { ttl: '1h' }),
    logs: ({ logs }, id) => logs(id, 10),
    'exec.run': ({ exec }, id) => exec.run(id, { command: 'id' }, { requestId: '' }),
    'exec.stream': ({ exec }, id) =>
      exec.stream(id, { command: 'id' }, { requestId: '' }, { onStart() {}, onOutput() {} }),
    'files.read': ({ files }, id) => files.read(id, '/a', { onInfo() {}, onContent() {} }, {}),
    'files.write': ({ files }, id) => files.write(id, { path: '/a' }, (async function* () {})(), {}),
    'files.list': ({ files }, id) => files.list(id, '/', {}),
    'files.delete': ({ files }, id) => files.delete(id, '/a', false, {}),
    'files.move': ({ files }, id) => files.move(id, '/a', '/b', {}),
    'files.chmod': ({ files }, id) => files.chmod(id, '/a', '0600', {}),
    'files.stat': ({ files }, id) => files.stat(id, '/a', {}),
    'files.glob': ({ files }, id) => files.glob(id, '*', {}),
  };
  for (const [name, use] of Object.entries(uses)) {
    it(`are out of the reach of others for ${name}, and no worker hears of it`, async () => {
      const { id } = await ofA.spawn({});
      const untenanted = await ofNobody.spawn({});
      const before = [await fixture.store.sandboxes.get(id), await fixture.store.leases.get(id)];
      worker.calls.length = 0;
      await rejection(use(ofB, id), 'sandbox_not_found');
      await rejection(use(ofNobody, id), 'sandbox_not_found');
      await rejection(use(ofA, untenanted.id), 'sandbox_not_found');
      expect(worker.calls).to.deep.equal([]);
      expect([await fixture.store.sandboxes.get(id), await fixture.store.leases.get(id)]).to.deep.equal(
        before,
      );
      expect((await fixture.store.execLogs.listBySandbox(id)).items).to.deep.equal([]);
    });
  }

  it('are not spawned for a tenant that is being deleted, and no worker hears of it', async () => {
    await fixture.store.tenants.setState('tn-a', 'deleting');
    await rejection(ofA.spawn({}), 'tenant_closed');
    expect(worker.calls).to.deep.equal([]);
    expect((await orchestrator.list({})).items).to.deep.equal([]);
  });

  describe('when their tenant is deleted', () => {
    it('keep it, unless they shall go with it', async () => {
      const { id } = await ofA.spawn({});
      const refusal = await rejection(
        orchestrator.tenants.remove('tn-a', { cascade: false }),
        'tenant_in_use',
      );
      expect(refusal.message).to.contain('1 sandboxes');
      expect((await ofA.get(id)).state).to.equal('running');
      await rejection(orchestrator.tenants.remove('tn-none', { cascade: true }), 'tenant_not_found');
      await rejection(orchestrator.tenants.remove('tn-none', { cascade: false }), 'tenant_not_found');
    });

    it('are destroyed on their workers, and those of others stay', async () => {
      await fixture.store.tenantMembers.set({ tenantId: 'tn-a', userId: 'ada', role: 'viewer' });
      for (let index = 0; index < 12; index += 1) await ofA.spawn({});
      const other = await ofB.spawn({});
      expect(await orchestrator.tenants.remove('tn-a', { cascade: true })).to.deep.equal({
        members: 1,
        keys: 0,
        policies: 0,
        sandboxes: 12,
      });
      expect([...worker.sandboxes.keys()]).to.deep.equal([other.id]);
      expect(
        (await fixture.store.sandboxes.list({ tenantId: 'tn-a', state: 'destroyed' })).items,
      ).to.have.length(0);
      expect(await fixture.store.tenants.get('tn-a')).to.equal(undefined);
    });

    it('leave everything else in place when one of them cannot be destroyed, and it can be repeated', async () => {
      await fixture.store.tenantMembers.set({ tenantId: 'tn-a', userId: 'ada', role: 'viewer' });
      const stuck = await ofA.spawn({});
      await ofA.spawn({});
      worker.behaviour.destroy = async ({ sandboxId }, _context, proceed) => {
        if (sandboxId === stuck.id) throw new RpcMethodError('internal', 'the disk is gone');
        proceed();
      };
      await rejection(orchestrator.tenants.remove('tn-a', { cascade: true }), 'worker_failed');
      expect(await fixture.store.tenants.get('tn-a')).to.include({ state: 'active' });
      expect(await fixture.store.tenants.remains('tn-a')).to.deep.equal({
        members: 1,
        keys: 0,
        policies: 0,
        sandboxes: 1,
      });
      delete worker.behaviour.destroy;
      expect((await orchestrator.tenants.remove('tn-a', { cascade: true })).sandboxes).to.equal(1);
    });

    it('end also while they are being spawned, and the caller is told', async () => {
      let deletion: Promise<unknown> | undefined;
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        deletion ??= orchestrator.tenants.remove('tn-a', { cascade: true });
        await deletion;
        return proceed();
      };
      const outcome = await ofA.spawn({}).then(
        () => 'spawned',
        (error: unknown) => (error instanceof StoreError ? 'store' : (error as { code: string }).code),
      );
      expect(outcome).to.be.oneOf(['cancelled', 'sandbox_lost']);
      await deletion;
      expect(worker.sandboxes.size).to.equal(0);
      expect(await fixture.store.tenants.get('tn-a')).to.equal(undefined);
    });
  });
});
