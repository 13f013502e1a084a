import { expect } from 'chai';
import { openStore, type QuotaLimits, type ReserveSandbox, StoreError } from '../src/index.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

const NONE: QuotaLimits = {
  maxSandboxes: 0,
  maxMemoryMb: 0,
  maxVcpus: 0,
  maxTtlSeconds: 0,
  maxExecTimeoutSeconds: 0,
  maxTokenIssuesPerMinute: 0,
};
const ADA = { tenantId: '', ownerId: 'ada' };
const ADA_OF_A = { tenantId: 'tn-a', ownerId: 'ada' };
const TENANT_A = { tenantId: 'tn-a', ownerId: '' };

describe('quotas', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());
  beforeEach(async () => {
    await fixture.reset();
    await fixture.store.workers.upsertHeartbeats([heartbeat('worker-1'), heartbeat('worker-2')]);
    for (const id of ['tn-a', 'tn-b', 'ada']) await fixture.store.tenants.create({ id, name: id });
  });

  describe('as records', () => {
    it('are set, replaced, read and deleted', async () => {
      const { quotas } = fixture.store;
      const first = await quotas.set(ADA, { ...NONE, maxSandboxes: 3, maxTtlSeconds: 3_600 });
      expect(first).to.deep.equal({
        ...ADA,
        ...NONE,
        maxSandboxes: 3,
        maxTtlSeconds: 3_600,
        createdAt: fixture.clock(),
        updatedAt: fixture.clock(),
      });
      fixture.clock.advance(1_000);
      const second = await quotas.set(ADA, { ...NONE, maxVcpus: 8 });
      const { createdAt } = first;
      expect(second).to.deep.equal({ ...ADA, ...NONE, maxVcpus: 8, createdAt, updatedAt: fixture.clock() });
      expect(await quotas.get(ADA)).to.deep.equal(second);
      expect(await quotas.delete(ADA)).to.deep.equal(second);
      expect(await quotas.get(ADA)).to.equal(undefined);
      await rejection(quotas.delete(ADA), 'not_found');
    });

    it('tell tenants and owners apart, and owners of one name in two tenants', async () => {
      const { quotas } = fixture.store;
      const subjects = [ADA, ADA_OF_A, TENANT_A, { tenantId: 'ada', ownerId: '' }];
      for (const [index, subject] of subjects.entries()) {
        await quotas.set(subject, { ...NONE, maxSandboxes: index + 1 });
      }
      for (const [index, subject] of subjects.entries()) {
        expect(await quotas.get(subject)).to.include({ ...subject, maxSandboxes: index + 1 });
      }
      const applying = async (tenantId: string, ownerId: string) => {
        const { owner, tenant } = await quotas.applying({ tenantId, ownerId });
        return [owner?.maxSandboxes, tenant?.maxSandboxes];
      };
      expect(await applying('tn-a', 'ada')).to.deep.equal([2, 3]);
      expect(await applying('tn-a', 'bob')).to.deep.equal([undefined, 3]);
      expect(await applying('tn-a', '')).to.deep.equal([undefined, 3]);
      expect(await applying('', 'ada')).to.deep.equal([1, undefined]);
      expect(await applying('tn-b', 'ada')).to.deep.equal([undefined, undefined]);
      expect(await applying('', '')).to.deep.equal([undefined, undefined]);
      await quotas.delete(ADA_OF_A);
      expect(await applying('tn-a', 'ada')).to.deep.equal([undefined, 3]);
      expect(await applying('', 'ada')).to.deep.equal([1, undefined]);
    });

    it('list the owners of a tenant in pages, and sum them up', async () => {
      const { quotas } = fixture.store;
      const owners = ['Zoe', 'a b', 'ada', 'bob', 'é'];
      for (const ownerId of owners)
        await quotas.set({ tenantId: 'tn-a', ownerId }, { ...NONE, maxSandboxes: 1 });
      await quotas.set(
        { tenantId: 'tn-a', ownerId: 'bob' },
        { ...NONE, maxTtlSeconds: 1, maxExecTimeoutSeconds: 1 },
      );
      await quotas.set(TENANT_A, { ...NONE, maxSandboxes: 1 });
      await quotas.set(ADA, { ...NONE, maxVcpus: 1 });
      const pages = await everyPage((page) => quotas.list({ tenantId: 'tn-a', ...page }), 2);
      expect(pages.flat().map(({ ownerId }) => ownerId)).to.deep.equal(owners);
      const counts = { total: 5, withMaxSandboxes: 4, withMaxTtl: 1, withMaxExecTimeout: 1 };
      expect(await quotas.summary('tn-a')).to.deep.equal(counts);
      expect(await quotas.summary('')).to.include({ total: 1, withMaxSandboxes: 0 });
      expect(await quotas.summaryOfAll()).to.deep.equal({ ...counts, total: 6, tenants: 1 });
      await rejection(quotas.list({ tenantId: '', after: '' }), 'invalid_input');
    });

    const refused: ReadonlyArray<readonly [string, Partial<QuotaLimits>]> = [
      ['a negative count', { maxSandboxes: -1 }],
      ['a fraction', { maxVcpus: 0.5 }],
      ['more than a column holds', { maxMemoryMb: 2 ** 40 }],
      ['a life longer than any lease', { maxTtlSeconds: 86_401 }],
      ['what is no number', { maxTokenIssuesPerMinute: Number.NaN }],
    ];
    for (const [name, limits] of refused) {
      it(`refuse ${name}`, async () => {
        await rejection(fixture.store.quotas.set(ADA, { ...NONE, ...limits }), 'invalid_input');
      });
    }

    it('are those of a tenant that is there, and go with it', async () => {
      const { quotas, tenants } = fixture.store;
      const missing = await rejection(quotas.set({ tenantId: 'tn-x', ownerId: 'ada' }, NONE), 'not_found');
      expect(missing.message).to.contain('tn-x').and.not.contain('fkey');
      await quotas.set(ADA_OF_A, { ...NONE, maxVcpus: 1 });
      await quotas.set(ADA, { ...NONE, maxVcpus: 2 });
      expect(await tenants.delete('tn-a')).to.include({ deleted: true });
      expect(await quotas.get(ADA_OF_A)).to.equal(undefined);
      expect(await quotas.get(ADA)).to.include({ maxVcpus: 2 });
    });

    it('refuse to be about nobody', async () => {
      const { quotas } = fixture.store;
      await rejection(quotas.set({ tenantId: '', ownerId: '' }, NONE), 'invalid_input');
      await rejection(quotas.set({ tenantId: '', ownerId: 'a\0' }, NONE), 'invalid_input');
      await rejection(quotas.set({ tenantId: '', ownerId: 'a'.repeat(129) }, NONE), 'invalid_input');
    });
  });

  describe('of reservations', () => {
    const contend = async (input: (index: number) => Partial<ReserveSandbox>, contenders = 64) => {
      const second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn });
      const stores = [fixture.store, second];
      try {
        const results = await Promise.allSettled(
          Array.from({ length: contenders }, (_, index) =>
            stores[index % 2]!.sandboxes.reserve(
              newSandbox(`sb-${index}`, {
                workerId: `worker-${1 + (index % 3 === 0 ? 1 : 0)}`,
                ...input(index),
              }),
            ),
          ),
        );
        const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
        for (const refusal of refusals) {
          expect(refusal).to.be.instanceOf(StoreError).with.property('code', 'capacity');
        }
        return {
          granted: contenders - refusals.length,
          limits: [...new Set((refusals as StoreError[]).map(({ limit }) => limit))],
          messages: [...new Set((refusals as StoreError[]).map(({ message }) => message))],
        };
      } finally {
        await second.close();
      }
    };

    const OWNER = { tenantId: 'tn-a', ownerId: 'ada' };
    const contests: ReadonlyArray<
      readonly [string, 'owner' | 'tenant', Partial<QuotaLimits>, number, string]
    > = [
      ['7 sandboxes', 'owner', { maxSandboxes: 7 }, 7, 'max sandboxes per owner reached (7)'],
      ['1300 MB', 'owner', { maxMemoryMb: 1_300 }, 5, 'max memory_mb per owner reached (1300)'],
      ['9 vcpus', 'owner', { maxVcpus: 9 }, 4, 'max vcpus per owner reached (9)'],
      ['7 sandboxes', 'tenant', { maxSandboxes: 7 }, 7, 'max sandboxes per tenant reached (7)'],
      ['1300 MB', 'tenant', { maxMemoryMb: 1_300 }, 5, 'max memory_mb per tenant reached (1300)'],
      ['9 vcpus', 'tenant', { maxVcpus: 9 }, 4, 'max vcpus per tenant reached (9)'],
    ];
    for (const [name, whose, limits, expected, message] of contests) {
      it(`grant exactly ${expected} of 64 contenders of two control planes when the ${whose} has ${name}`, async () => {
        await fixture.store.quotas.set(whose === 'owner' ? OWNER : TENANT_A, { ...NONE, ...limits });
        const {
          granted,
          limits: hit,
          messages,
        } = await contend((index) => ({
          tenantId: 'tn-a',
          ownerId: whose === 'owner' ? 'ada' : `owner-${index % 5}`,
          memoryMb: 256,
          vcpus: 2,
        }));
        expect([granted, hit, messages]).to.deep.equal([expected, [`${whose}_quota`], [message]]);
        const subject = whose === 'owner' ? OWNER : TENANT_A;
        expect(await fixture.store.quotas.usage(subject)).to.deep.equal({
          sandboxes: expected,
          memoryMb: 256 * expected,
          vcpus: 2 * expected,
        });
      });
    }

    it('never exceed any of three limits that 64 contenders of two tenants run into at once', async () => {
      const { quotas } = fixture.store;
      await quotas.set(TENANT_A, { ...NONE, maxSandboxes: 10 });
      await quotas.set(ADA_OF_A, { ...NONE, maxMemoryMb: 4 * 256 });
      await quotas.set({ tenantId: 'tn-b', ownerId: '' }, { ...NONE, maxVcpus: 6 });
      await contend((index) => ({
        tenantId: index % 2 === 0 ? 'tn-a' : 'tn-b',
        ownerId: index % 4 === 0 ? 'ada' : 'bob',
        maxActive: 15,
        maxActivePerOwner: 8,
      }));
      expect((await quotas.usage(TENANT_A)).sandboxes).to.be.within(4, 10);
      expect((await quotas.usage(ADA_OF_A)).memoryMb).to.be.at.most(4 * 256);
      const b = await quotas.usage({ tenantId: 'tn-b', ownerId: '' });
      expect(b.vcpus).to.be.within(5, 6);
      expect((await quotas.usage(TENANT_A)).sandboxes + b.sandboxes).to.be.at.most(15);
    });

    it('replace the limit of all owners, up or down, and leave it to the others', async () => {
      const { quotas, sandboxes } = fixture.store;
      await quotas.set(ADA, { ...NONE, maxSandboxes: 2 });
      await quotas.set({ tenantId: '', ownerId: 'bob' }, { ...NONE, maxVcpus: 100 });
      const reserve = (id: string, ownerId: string) =>
        sandboxes.reserve(newSandbox(id, { ownerId, maxActivePerOwner: 1 }));
      await reserve('sb-1', 'ada');
      await reserve('sb-2', 'ada');
      expect(await rejection(reserve('sb-3', 'ada'), 'capacity')).to.include({ limit: 'owner_quota' });
      await reserve('sb-4', 'bob');
      expect(await rejection(reserve('sb-5', 'bob'), 'capacity')).to.include({ limit: 'owner' });
      expect(await sandboxes.countActiveByOwner()).to.have.deep.members([
        { tenantId: '', ownerId: 'ada', active: 2, hasQuota: true },
        { tenantId: '', ownerId: 'bob', active: 1, hasQuota: false },
      ]);
    });

    it('count neither what ended nor what belongs to the same owner elsewhere', async () => {
      const { quotas, sandboxes } = fixture.store;
      await quotas.set(ADA_OF_A, { ...NONE, maxSandboxes: 1 });
      const reserve = (id: string, tenantId: string) =>
        sandboxes.reserve(newSandbox(id, { ownerId: 'ada', tenantId, maxActivePerOwner: 1 }));
      await reserve('sb-1', '');
      await reserve('sb-2', 'tn-b');
      await reserve('sb-3', 'tn-a');
      await rejection(reserve('sb-4', 'tn-a'), 'capacity');
      await sandboxes.markDestroyed('sb-3');
      await reserve('sb-4', 'tn-a');
      await sandboxes.transition('sb-4', { from: ['creating'], to: 'expired' });
      await reserve('sb-5', 'tn-a');
      expect(await quotas.usage(ADA_OF_A)).to.include({ sandboxes: 1 });
    });

    it('are those of the moment: a lowered one lets nothing more in, and ends nothing', async () => {
      const { quotas, sandboxes } = fixture.store;
      for (const id of ['sb-1', 'sb-2']) await sandboxes.reserve(newSandbox(id, { ownerId: 'ada' }));
      await quotas.set(ADA, { ...NONE, maxSandboxes: 1 });
      await rejection(sandboxes.reserve(newSandbox('sb-3', { ownerId: 'ada' })), 'capacity');
      expect(await quotas.usage(ADA)).to.include({ sandboxes: 2 });
      await quotas.delete(ADA);
      await sandboxes.reserve(newSandbox('sb-3', { ownerId: 'ada' }));
    });
  });
});
