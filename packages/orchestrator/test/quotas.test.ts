import type { QuotaLimits } from '@stacyvm/store';
import { expect } from 'chai';
import type { Orchestrator, SpawnRequest } from '../src/index.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { rejection } from './rejection.js';

const NONE: QuotaLimits = {
  maxSandboxes: 0,
  maxMemoryMb: 0,
  maxVcpus: 0,
  maxTtlSeconds: 0,
  maxExecTimeoutSeconds: 0,
  maxTokenIssuesPerMinute: 0,
};
const ADA = { tenantId: '', ownerId: 'ada' };
const TENANT = { tenantId: 'tn-a', ownerId: '' };
const QUEUE = { maxWaiting: 100, timeoutMs: 60_000 };
const spawnIn = (plane: Orchestrator, tenantId: string, request: SpawnRequest) =>
  plane.within({ kind: 'tenant', tenantId }).spawn(request);
const contextOf = (requestId: string) => ({ requestId });

describe('quotas of owners and tenants', () => {
  let fixture: OrchestratorFixture;
  let worker: FakeWorker;
  before(async () => {
    fixture = await openFixture();
    for (const id of ['tn-a', 'tn-b']) await fixture.store.tenants.create({ id, name: id });
  });
  beforeEach(async () => {
    worker = await fixture.worker('worker-a');
  });
  afterEach(async () => {
    for (const subject of [ADA, TENANT]) await fixture.store.quotas.delete(subject).catch(() => undefined);
    await fixture.reset();
  });
  after(() => fixture.close());

  it('grant exactly 5 of 64 spawns of a tenant on two control planes, and refuse the others at once', async () => {
    const planes = [1, 2].map(() => fixture.orchestrator({ spawnQueue: QUEUE }));
    await planes[0]!.quotas.set(TENANT, { ...NONE, maxSandboxes: 5 });
    const spawns = Array.from({ length: 64 }, (_, n) =>
      spawnIn(planes[n % 2]!, 'tn-a', { ownerId: `owner-${n % 7}` }),
    );
    const results = await Promise.allSettled(spawns);
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refusals).to.have.length(59);
    for (const refusal of refusals) {
      expect(refusal).to.include({
        code: 'quota_exceeded',
        message: 'resource limit exceeded: max sandboxes per tenant reached (5)',
      });
    }
    expect(worker.sandboxes.size).to.equal(5);
    for (const plane of planes) expect(plane.spawnQueue.stats().queuedTotal).to.equal(0);
    const { usage, limits, isConfigured } = await planes[1]!.quotas.standing(TENANT);
    expect([usage.sandboxes, limits.maxSandboxes, isConfigured]).to.deep.equal([5, 5, true]);
  }).timeout(20_000);

  it('let wait for room in the fleet who is under its quota, and not who is over it', async () => {
    const plane = fixture.orchestrator({ maxSandboxes: 2, spawnQueue: QUEUE });
    await plane.quotas.set(ADA, { ...NONE, maxSandboxes: 1 });
    const first = await plane.spawn({ ownerId: 'ada' });
    await plane.spawn({ ownerId: 'bob' });
    await rejection(plane.spawn({ ownerId: 'ada' }), 'quota_exceeded');
    const waiting = plane.spawn({ ownerId: 'bob' });
    await eventually(() => expect(plane.spawnQueue.stats().depth).to.equal(1));
    await plane.destroy(first.id);
    expect((await waiting).ownerId).to.equal('bob');
  });

  it('give an owner more than the others have, and count it in its tenant alone', async () => {
    const plane = fixture.orchestrator({ maxSandboxesPerOwner: 1 });
    await plane.quotas.set(ADA, { ...NONE, maxSandboxes: 2 });
    await plane.spawn({ ownerId: 'ada' });
    await plane.spawn({ ownerId: 'ada' });
    await rejection(plane.spawn({ ownerId: 'ada' }), 'quota_exceeded');
    await spawnIn(plane, 'tn-b', { ownerId: 'ada' });
    await rejection(spawnIn(plane, 'tn-b', { ownerId: 'ada' }), 'max_sandboxes_per_owner');
  });

  it('serve who waits and has a quota above the limit of all owners', async () => {
    const plane = fixture.orchestrator({ maxSandboxes: 2, maxSandboxesPerOwner: 1, spawnQueue: QUEUE });
    await plane.quotas.set(ADA, { ...NONE, maxSandboxes: 5 });
    await plane.spawn({ ownerId: 'ada' });
    const other = await plane.spawn({ ownerId: 'bob' });
    const waiting = plane.spawn({ ownerId: 'ada' });
    await eventually(() => expect(plane.spawnQueue.stats().depth).to.equal(1));
    await plane.destroy(other.id);
    expect((await waiting).ownerId).to.equal('ada');
  });

  it('bound memory and vcpus of what runs together', async () => {
    const plane = fixture.orchestrator();
    await plane.quotas.set(ADA, { ...NONE, maxMemoryMb: 1_000, maxVcpus: 3 });
    await plane.spawn({ ownerId: 'ada', memoryMb: 600, vcpus: 1 });
    const memory = await rejection(plane.spawn({ ownerId: 'ada', memoryMb: 401 }), 'quota_exceeded');
    expect(memory.message).to.contain('max memory_mb per owner reached (1000)');
    const vcpus = await rejection(plane.spawn({ ownerId: 'ada', memoryMb: 1, vcpus: 3 }), 'quota_exceeded');
    expect(vcpus.message).to.contain('max vcpus per owner reached (3)');
    expect((await plane.spawn({ ownerId: 'ada', memoryMb: 400, vcpus: 2 })).state).to.equal('running');
  });

  describe('in time', () => {
    const cases: ReadonlyArray<{
      readonly name: string;
      readonly owner: number;
      readonly tenant: number;
      readonly longest: number;
    }> = [
      { name: 'a shorter one of the owner', owner: 600, tenant: 0, longest: 600 },
      { name: 'a longer one of the owner', owner: 7_200, tenant: 0, longest: 7_200 },
      { name: 'a shorter one of the tenant', owner: 0, tenant: 600, longest: 600 },
      { name: 'a longer one of the tenant', owner: 0, tenant: 7_200, longest: 3_600 },
      { name: 'one of the tenant below that of the owner', owner: 7_200, tenant: 5_000, longest: 5_000 },
      { name: 'one of the tenant above that of the owner', owner: 600, tenant: 5_000, longest: 600 },
    ];
    const subject = { tenantId: 'tn-a', ownerId: 'ada' };
    afterEach(() => fixture.store.quotas.delete(subject).catch(() => undefined));

    for (const { name, owner, tenant, longest } of cases) {
      it(`${name} sets the longest ttl and exec timeout`, async () => {
        const hour = 60 * MINUTE;
        const plane = fixture.orchestrator({
          defaults: { image: 'host', provider: 'mock', memoryMb: 1, vcpus: 1, ttlMs: hour, maxTtlMs: hour },
          execLimits: { defaultTimeoutMs: 0, maxTimeoutMs: hour },
        });
        const at = (seconds: number) => ({ ...NONE, maxTtlSeconds: seconds, maxExecTimeoutSeconds: seconds });
        if (owner > 0) await plane.quotas.set(subject, at(owner));
        if (tenant > 0) await plane.quotas.set(TENANT, at(tenant));
        const code = longest === 3_600 ? 'ttl_too_long' : 'quota_exceeded';
        const tooLong = await rejection(
          spawnIn(plane, 'tn-a', { ownerId: 'ada', ttl: `${longest + 1}s` }),
          code,
        );
        expect(tooLong.message).to.match(/^resource limit exceeded: ttl exceeds max ttl \S+/);
        const sandbox = await spawnIn(plane, 'tn-a', { ownerId: 'ada', ttl: `${longest}s` });
        const execCode = longest === 3_600 ? 'exec_timeout_too_long' : 'quota_exceeded';
        const run = (timeout?: string) =>
          plane.exec.run(sandbox.id, { command: 'true', timeout }, contextOf('r'));
        await rejection(run(`${longest + 1}s`), execCode);
        await run(`${longest}s`);
        await run();
        expect((await plane.quotas.standing(subject)).limits).to.include({
          maxTtlSeconds: longest,
          maxExecTimeoutSeconds: longest,
        });
        const unspoken = await spawnIn(plane, 'tn-a', { ownerId: 'ada' });
        expect(unspoken.expiresAt.getTime() - unspoken.createdAt.getTime()).to.equal(
          Math.min(longest, 3_600) * 1_000,
        );
      });
    }
  });

  it('are not there for who has none, and cannot be removed twice', async () => {
    const plane = fixture.orchestrator({ maxSandboxesPerOwner: 4 });
    await rejection(plane.quotas.get(ADA), 'quota_not_found');
    await plane.quotas.set(ADA, { ...NONE, maxVcpus: 2 });
    expect(await plane.quotas.get(ADA)).to.include({ ownerId: 'ada', maxVcpus: 2 });
    expect(await plane.quotas.remove(ADA)).to.include({ ownerId: 'ada' });
    await rejection(plane.quotas.remove(ADA), 'quota_not_found');
    expect((await plane.quotas.standing(ADA)).limits).to.include({ maxSandboxes: 4, maxVcpus: 0 });
  });
});
