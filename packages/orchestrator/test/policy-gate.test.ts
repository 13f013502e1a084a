import { type Store, StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import type { Orchestrator, SpawnRequest } from '../src/index.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { fixedPolicy, newPolicy } from './policy-rule.js';
import { rejection } from './rejection.js';

const QUEUE = { maxWaiting: 100, timeoutMs: 60_000 };

describe('the policies of a spawn', () => {
  let fixture: OrchestratorFixture;
  let worker: FakeWorker;
  let plane: Orchestrator;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    worker = await fixture.worker('worker-a');
    plane = fixture.orchestrator();
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const spawnCalls = (): number => worker.calls.filter((call) => call.startsWith('spawn ')).length;
  const recorded = async (): Promise<number> => (await fixture.store.sandboxes.list({})).items.length;
  const decisions = () =>
    fixture.log.filter(({ message }) => message === 'policy decision').map(({ fields }) => fields);

  it('permit everything while there are none', async () => {
    expect((await plane.spawn({ image: 'anything' })).state).to.equal('running');
  });

  it('deny what a rule denies, name the rule, and leave nothing behind', async () => {
    const rule = await plane.policies.create(newPolicy('deny', 'image', 'alpine:3.1'));
    const refusal = await rejection(plane.spawn({ image: 'alpine:3.1' }), 'policy_denied');
    expect(refusal.message).to.equal(`image "alpine:3.1" is not permitted by policy ${rule.id}`);
    expect(spawnCalls()).to.equal(0);
    expect(await recorded()).to.equal(0);
    expect((await plane.spawn({ image: 'alpine:3.2' })).state).to.equal('running');
  });

  describe('cannot be passed by with', () => {
    const deniedImage = newPolicy('deny', 'image', 'alpine');
    const requests: readonly (readonly [string, ReturnType<typeof newPolicy>, SpawnRequest])[] = [
      ['an image that is left out', newPolicy('deny', 'image', 'host'), {}],
      ['an image that is empty', newPolicy('deny', 'image', 'host'), { image: '' }],
      ['a provider that is left out', newPolicy('deny', 'provider', 'mock'), { image: 'busybox' }],
      ['a provider that is empty', newPolicy('deny', 'provider', 'mock'), { provider: '' }],
      ['a provider in capitals', newPolicy('deny', 'provider', 'mock'), { provider: 'MOCK' }],
      ['white space around a provider', newPolicy('deny', 'provider', 'mock'), { provider: ' mock ' }],
      ['the tag of an image', deniedImage, { image: 'alpine:latest' }],
      ['the registry of an image', deniedImage, { image: 'docker.io/library/alpine' }],
      ['another name of the registry', deniedImage, { image: 'INDEX.docker.io/library/alpine:latest' }],
      ['a digest of an image', deniedImage, { image: `alpine@sha256:${'0'.repeat(64)}` }],
      ['white space around an image', deniedImage, { image: ' alpine' }],
      ['an image that is white space', deniedImage, { image: ' ' }],
      ['a letter of another alphabet', deniedImage, { image: '\u0430lpine' }],
      ['a NUL in an image', deniedImage, { image: 'alpine\0' }],
      [
        'a pattern with the complete name',
        newPolicy('deny', 'image', 'docker.io/library/alpine:latest'),
        { image: 'alpine' },
      ],
      ['an owner', deniedImage, { image: 'alpine', ownerId: 'root', callerId: 'admin' }],
    ];
    for (const [name, policy, request] of requests) {
      it(name, async () => {
        await plane.policies.create(policy);
        await rejection(plane.spawn(request), 'policy_denied');
        expect(spawnCalls()).to.equal(0);
      });
    }
  });

  it('deny what no rule allows, once a rule allows something', async () => {
    await plane.policies.create(newPolicy('allow', 'image', 'docker.io/library/**'));
    expect((await plane.spawn({ image: 'alpine' })).image).to.equal('alpine');
    const refusal = await rejection(plane.spawn({ image: 'ghcr.io/acme/app' }), 'policy_denied');
    expect(refusal.message).to.match(
      /^image "ghcr\.io\/acme\/app" is not permitted by policy: .*none of them/,
    );
    expect((await rejection(plane.spawn({ image: 'a b' }), 'policy_denied')).message).to.contain(
      'cannot be read',
    );
  });

  it('show a hostile value cut and without what is not printable', async () => {
    await plane.policies.create(newPolicy('deny', 'image', 'alpine'));
    const image = `\u001b[2J"\u{1F600}${'x'.repeat(5_000)}`;
    const { message } = await rejection(plane.spawn({ image }), 'policy_denied');
    expect(message).to.match(/^[ -~]+$/);
    expect(message.length).to.be.below(400);
  });

  describe('on trial', () => {
    const warnings: string[] = [];
    beforeEach(() => {
      warnings.length = 0;
    });
    const spawn = (image: string) =>
      plane.spawn({ image }, undefined, { onPolicyWarning: (message) => void warnings.push(message) });

    it('let the spawn pass and warn the caller in mode warn', async () => {
      const rule = await plane.policies.create(newPolicy('deny', 'image', 'alpine', { mode: 'warn' }));
      expect((await spawn('alpine')).state).to.equal('running');
      expect(warnings).to.deep.equal([
        `image "alpine" would not be permitted by policy ${rule.id}, which is on trial`,
      ]);
    });

    it('only record it in mode audit', async () => {
      const rule = await plane.policies.create(newPolicy('deny', 'image', 'alpine', { mode: 'audit' }));
      expect((await spawn('alpine')).state).to.equal('running');
      expect(warnings).to.deep.equal([]);
      expect(JSON.stringify(decisions().at(-1)))
        .to.contain(`"trial":"audit"`)
        .and.contain(rule.id);
    });

    it('deny nobody what a rule that binds allows, and allow nobody what one denies', async () => {
      await plane.policies.create(newPolicy('deny', 'image', 'alpine'));
      await plane.policies.create(newPolicy('allow', 'image', 'alpine', { mode: 'warn', priority: 1 }));
      await rejection(spawn('alpine'), 'policy_denied');
    });
  });

  it('are recorded with the version of the set, whatever was decided', async () => {
    const rule = await plane.policies.create(newPolicy('deny', 'image', 'alpine'));
    await plane.spawn({ image: 'busybox' }, undefined, { requestId: 'request-1' });
    await rejection(plane.spawn({ image: 'alpine' }, undefined, { requestId: 'request-2' }), 'policy_denied');
    const { version } = await plane.policies.evaluate({});
    const [allowed, denied] = decisions();
    expect(allowed).to.deep.include({ request_id: 'request-1', allowed: true, policy_version: version });
    expect(denied).to.deep.include({ request_id: 'request-2', allowed: false, policy_version: version });
    expect(denied?.['decisions']).to.deep.include({
      type: 'image',
      value: '"alpine"',
      allowed: false,
      reason: 'rule_denies',
      rule_id: rule.id,
    });
  });

  describe('of another control plane', () => {
    it('hold here within two seconds, and here at once when they are of this one', async () => {
      const other = fixture.orchestrator();
      await other.spawn({ image: 'alpine' });
      await plane.policies.create(newPolicy('deny', 'image', 'alpine'));
      await rejection(plane.spawn({ image: 'alpine' }), 'policy_denied');
      other.start();
      const began = performance.now();
      await eventually(() => rejection(other.spawn({ image: 'alpine' }), 'policy_denied'));
      expect(performance.now() - began).to.be.below(2_500);
    });
  });

  describe('when they cannot be known', () => {
    const failing = (): Store => ({
      ...fixture.store,
      policies: {
        ...fixture.store.policies,
        snapshot: () => Promise.reject(new StoreError('unavailable', 'as arranged')),
      },
    });

    it('let nothing be spawned', async () => {
      const blind = fixture.orchestrator({ store: failing() });
      await rejection(blind.spawn({}), 'policy_unavailable');
      expect(spawnCalls()).to.equal(0);
      expect(await recorded()).to.equal(0);
    });

    it('let nothing be spawned after a change that cannot be read back', async () => {
      const store = { ...fixture.store, policies: { ...fixture.store.policies } };
      const blind = fixture.orchestrator({ store });
      await blind.spawn({});
      store.policies.snapshot = () => Promise.reject(new StoreError('unavailable', 'as arranged'));
      const rule = await blind.policies.create(newPolicy('deny', 'image', 'alpine'));
      expect(rule.id).to.match(/^pl-/);
      await rejection(blind.spawn({ image: 'alpine' }), 'policy_unavailable');
      store.policies.snapshot = fixture.store.policies.snapshot;
      await rejection(blind.spawn({ image: 'alpine' }), 'policy_denied');
    });

    it('let nothing be spawned while a stored rule cannot be understood, until it is gone', async () => {
      await plane.spawn({});
      const broken = await fixture.store.policies.create(newPolicy('deny', 'image', '[a'));
      const other = fixture.orchestrator();
      await rejection(other.spawn({}), 'policy_unavailable');
      expect(fixture.log.find(({ level }) => level === 'error')?.fields).to.include({ rule_id: broken.id });
      await other.policies.remove(broken.id);
      expect((await other.spawn({})).state).to.equal('running');
    });
  });

  describe('of a spawn that waits', () => {
    it('are asked again when it may go on', async () => {
      const queueing = fixture.orchestrator({ maxSandboxes: 1, spawnQueue: QUEUE });
      const first = await queueing.spawn({});
      const waiting = queueing.spawn({ image: 'alpine' });
      const refused = rejection(waiting, 'policy_denied');
      await eventually(() => expect(queueing.spawnQueue.stats().depth).to.equal(1));
      await queueing.policies.create(newPolicy('deny', 'image', 'alpine'));
      await queueing.destroy(first.id);
      await refused;
      expect(spawnCalls()).to.equal(1);
      expect((await queueing.spawn({})).state).to.equal('running');
    });

    it('are asked first, so that what is denied does not wait', async () => {
      const queueing = fixture.orchestrator({ maxSandboxes: 1, spawnQueue: QUEUE });
      await queueing.spawn({});
      await queueing.policies.create(newPolicy('deny', 'image', 'alpine'));
      await rejection(queueing.spawn({ image: 'alpine' }), 'policy_denied');
      expect(queueing.spawnQueue.stats().depth).to.equal(0);
    });
  });

  describe('from files', () => {
    it('hold with those of the store, and before them where they say so', async () => {
      const fixed = [
        fixedPolicy(1, 'deny', 'image', 'alpine', { priority: -2_000_000 }),
        fixedPolicy(2, 'deny', 'provider', 'docker'),
      ];
      const filed = fixture.orchestrator({ fixedPolicies: fixed });
      await filed.policies.create(newPolicy('allow', 'image', '**', { priority: -1_000_000 }));
      const refusal = await rejection(filed.spawn({ image: 'alpine' }), 'policy_denied');
      expect(refusal.message).to.contain('by policy file:base.yaml#1');
      expect((await filed.spawn({ image: 'busybox' })).state).to.equal('running');
    });

    it('are exchanged as a whole', async () => {
      const filed = fixture.orchestrator({ fixedPolicies: [fixedPolicy(1, 'deny', 'image', 'alpine')] });
      await rejection(filed.spawn({ image: 'alpine' }), 'policy_denied');
      filed.policies.prepareFixed([fixedPolicy(1, 'deny', 'image', 'busybox')])();
      expect((await filed.spawn({ image: 'alpine' })).state).to.equal('running');
      await rejection(filed.spawn({ image: 'busybox' }), 'policy_denied');
    });

    it('stay as they were when the new ones are no good', async () => {
      const filed = fixture.orchestrator({ fixedPolicies: [fixedPolicy(1, 'deny', 'image', 'alpine')] });
      expect(() => filed.policies.prepareFixed([fixedPolicy(1, 'deny', 'image', '[')])).to.throw(
        'never closed',
      );
      await rejection(filed.spawn({ image: 'alpine' }), 'policy_denied');
    });
  });
});
