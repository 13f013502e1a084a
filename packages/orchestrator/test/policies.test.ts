import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import { type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { fixedPolicy, newPolicy } from './policy-rule.js';
import { rejection } from './rejection.js';

const FILE = [
  fixedPolicy(1, 'deny', 'image', 'file-first', { priority: -2_000_000 }),
  fixedPolicy(2, 'allow', 'image', 'file-middle'),
  fixedPolicy(3, 'deny', 'provider', 'file-last', { priority: 500 }),
];

describe('Policies', () => {
  let fixture: OrchestratorFixture;
  let plane: Orchestrator;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(() => {
    plane = fixture.orchestrator({ fixedPolicies: FILE });
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  it('are created, changed and removed', async () => {
    const created = await plane.policies.create(newPolicy('deny', 'image', 'alpine'));
    expect(created).to.include({ source: 'store', pattern: 'alpine', createdBy: 'admin' });
    expect(await plane.policies.get(created.id)).to.deep.equal(created);
    const changed = await plane.policies.update(created.id, { pattern: 'alpine:3.*' });
    expect(changed).to.include({ id: created.id, pattern: 'alpine:3.*' });
    expect(await plane.policies.remove(created.id)).to.deep.equal(changed);
    await rejection(plane.policies.get(created.id), 'policy_not_found');
  });

  it('say why a pattern is none, and where', async () => {
    const refusal = await rejection(
      plane.policies.create(newPolicy('deny', 'image', 'alpine:[3')),
      'invalid_pattern',
    );
    expect(refusal.message).to.match(/^pattern: /);
    const { id } = await plane.policies.create(newPolicy('deny', 'image', 'alpine'));
    await rejection(plane.policies.update(id, { pattern: 'a\\' }), 'invalid_pattern');
    expect((await plane.policies.get(id)).pattern).to.equal('alpine');
  });

  it('are not there twice', async () => {
    await plane.policies.create(newPolicy('deny', 'image', 'alpine'));
    await rejection(plane.policies.create(newPolicy('deny', 'image', 'alpine')), 'policy_exists');
  });

  it('of a tenant are none of those that are global', async () => {
    await fixture.store.tenants.create({ id: 'tn-a', name: 'A' });
    const own = await fixture.store.policies.create(newPolicy('deny', 'image', 'a', { tenantId: 'tn-a' }));
    await rejection(plane.policies.get(own.id), 'policy_not_found');
    await rejection(plane.policies.update(own.id, { mode: 'warn' }), 'policy_not_found');
    await rejection(plane.policies.remove(own.id), 'policy_not_found');
    expect((await plane.policies.list()).items).to.have.length(FILE.length);
    await fixture.store.tenants.delete('tn-a', { cascade: true });
  });

  it('from files can be read, and neither changed nor removed', async () => {
    const { id } = FILE[0]!;
    expect(await plane.policies.get(id)).to.include({ source: 'file', pattern: 'file-first' });
    await rejection(plane.policies.update(id, { mode: 'audit' }), 'policy_from_file');
    await rejection(plane.policies.remove(id), 'policy_from_file');
  });

  describe('list', () => {
    beforeEach(async () => {
      for (const [priority, pattern] of [
        [-10, 'b'],
        [10, 'd'],
        [10, 'e'],
        [900, 'f'],
      ] as const) {
        await plane.policies.create(newPolicy('deny', 'image', pattern, { priority }));
        fixture.clock.advance(1_000);
      }
    });
    const ORDER = ['file-first', 'b', 'd', 'e', 'file-middle', 'file-last', 'f'];

    it('has those of files among the others, in the order of decision', async () => {
      const { items, nextCursor } = await plane.policies.list();
      expect(items.map(({ pattern }) => pattern)).to.deep.equal(ORDER);
      expect(nextCursor).to.equal(undefined);
    });

    for (const limit of [1, 2, 3, 6, 7, 8]) {
      it(`comes in pages of ${limit} that lose and repeat nothing`, async () => {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await plane.policies.list(after === undefined ? { limit } : { limit, after });
          expect(page.items.length).to.be.within(1, limit);
          seen.push(...page.items.map(({ pattern }) => pattern));
          after = page.nextCursor;
        } while (after !== undefined && seen.length < 20);
        expect(seen).to.deep.equal(ORDER);
      });
    }

    it('may be of one type', async () => {
      const { items } = await plane.policies.list({ resourceType: 'provider' });
      expect(items.map(({ pattern }) => pattern)).to.deep.equal(['file-last']);
    });
  });

  describe('evaluate', () => {
    it('answers for what a spawn would use, defaults included, and spawns nothing', async () => {
      const worker = await fixture.worker('worker-a');
      const rule = await plane.policies.create(newPolicy('allow', 'image', 'host'));
      const { allowed, explanations, version } = await plane.policies.evaluate({ network: 'none' });
      expect(allowed).to.equal(true);
      expect(version).to.match(/^[0-9a-f]{64}$/);
      expect(explanations.map(({ question }) => question)).to.deep.equal([
        { tenantId: null, type: 'provider', value: 'mock' },
        { tenantId: null, type: 'image', value: 'host' },
        { tenantId: null, type: 'network', value: 'none' },
      ]);
      expect(explanations[1]?.decision.rule?.id).to.equal(rule.id);
      expect(worker.calls).to.deep.equal([]);
    });

    it('asks for a tenant with its own rules', async () => {
      await fixture.store.tenants.create({ id: 'tn-a', name: 'A' });
      await fixture.store.policies.create(newPolicy('deny', 'provider', 'mock', { tenantId: 'tn-a' }));
      expect((await plane.policies.evaluate({ image: 'file-middle' })).allowed).to.equal(true);
      expect((await plane.policies.evaluate({ image: 'file-middle', tenantId: 'tn-a' })).allowed).to.equal(
        false,
      );
      await fixture.store.tenants.delete('tn-a', { cascade: true });
    });
  });
});
