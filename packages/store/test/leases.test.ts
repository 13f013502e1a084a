import { expect } from 'chai';
import fc from 'fast-check';
import { type LeaseRecord, MAX_LEASE_TTL_MS, StoreError } from '../src/index.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

describe('LeaseRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());

  let resource = 0;
  const lease = (holderId = 'a', overrides: { resourceId?: string; ttlMs?: number } = {}) => ({
    resourceId: `r-${resource}`,
    resourceType: 'sandbox',
    holderId,
    ttlMs: 1_000,
    ...overrides,
  });
  beforeEach(() => {
    resource += 1;
  });

  it('grants a free resource at generation 1', async () => {
    const { store, clock } = fixture;
    const granted = await store.leases.acquire(lease());
    expect(granted).to.deep.equal({
      resourceId: `r-${resource}`,
      resourceType: 'sandbox',
      holderId: 'a',
      generation: 1,
      expiresAt: new Date(clock().getTime() + 1_000),
      createdAt: clock(),
      updatedAt: clock(),
    } satisfies LeaseRecord);
    expect(await store.leases.get(`r-${resource}`)).to.deep.equal(granted);
  });

  it('grants the holder again with the next generation', async () => {
    const { leases } = fixture.store;
    await leases.acquire(lease());
    expect((await leases.acquire(lease())).generation).to.equal(2);
  });

  it('refuses another holder until the very millisecond of expiry', async () => {
    const { store, clock } = fixture;
    await store.leases.acquire(lease('a'));
    clock.advance(999);
    const refusal = await rejection(store.leases.acquire(lease('b')), 'conflict');
    expect(refusal.message).to.equal('lease is held by another worker');
    clock.advance(1);
    expect(await store.leases.acquire(lease('b'))).to.include({ holderId: 'b', generation: 2 });
  });

  it('keeps the generation across release, from then on absent', async () => {
    const { leases } = fixture.store;
    await leases.acquire(lease('a'));
    await leases.renew(lease('a'));
    await leases.release(lease('a'));
    expect(await leases.get(`r-${resource}`)).to.equal(undefined);
    await rejection(leases.renew(lease('a')), 'conflict');
    expect((await leases.acquire(lease('b'))).generation).to.equal(3);
  });

  it('renews a live lease to now + ttl, shorter too, with the next generation', async () => {
    const { store, clock } = fixture;
    await store.leases.acquire(lease());
    const renewed = await store.leases.renew(lease('a', { ttlMs: 10 }));
    expect(renewed.generation).to.equal(2);
    expect(renewed.expiresAt.getTime()).to.equal(clock().getTime() + 10);
  });

  it('refuses to renew with a generation that is not the current one', async () => {
    const { leases } = fixture.store;
    await leases.acquire(lease());
    await rejection(leases.renew({ ...lease(), generation: 2 }), 'conflict');
    expect((await leases.renew({ ...lease(), generation: 1 })).generation).to.equal(2);
    expect((await leases.get(`r-${resource}`))?.generation).to.equal(2);
  });

  it('refuses to renew an expired, a foreign and a missing lease with the same words', async () => {
    const { store, clock } = fixture;
    const words = 'lease is not held by worker or has expired';
    expect((await rejection(store.leases.renew(lease()), 'conflict')).message).to.equal(words);
    await store.leases.acquire(lease());
    expect((await rejection(store.leases.renew(lease('b')), 'conflict')).message).to.equal(words);
    clock.advance(1_000);
    expect((await rejection(store.leases.renew(lease()), 'conflict')).message).to.equal(words);
  });

  it('releases expired leases, and only the own', async () => {
    const { store, clock } = fixture;
    await store.leases.acquire(lease());
    clock.advance(5_000);
    const refusal = await rejection(store.leases.release(lease('b')), 'not_found');
    expect(refusal.message).to.equal(`not found: lease "r-${resource}"`);
    await store.leases.release(lease('a'));
    await rejection(store.leases.release(lease('a')), 'not_found');
  });

  const invalid: ReadonlyArray<[string, Parameters<typeof lease>, StoreError['code'], string]> = [
    ['a blank resource', ['a', { resourceId: ' ' }], 'conflict', 'lease resource id is required'],
    ['a blank holder', [' \t'], 'conflict', 'lease holder id is required'],
    ['a ttl of 0', ['a', { ttlMs: 0 }], 'conflict', 'lease ttl must be positive'],
    ['a negative ttl', ['a', { ttlMs: -1 }], 'conflict', 'lease ttl must be positive'],
    ['a ttl that is no number', ['a', { ttlMs: Number.NaN }], 'conflict', 'lease ttl must be positive'],
    [
      'a ttl beyond the maximum',
      ['a', { ttlMs: MAX_LEASE_TTL_MS + 1 }],
      'invalid_input',
      'lease ttl must not exceed 1445 minutes',
    ],
  ];
  for (const [name, args, code, message] of invalid) {
    it(`refuses to grant with ${name}`, async () => {
      const refusal = await rejection(fixture.store.leases.acquire(lease(...args)), code);
      expect(refusal.message).to.equal(message);
    });
  }

  it('grants exactly the maximum ttl, and caps renewal too', async () => {
    const { leases } = fixture.store;
    await leases.acquire(lease('a', { ttlMs: MAX_LEASE_TTL_MS }));
    await rejection(leases.renew(lease('a', { ttlMs: MAX_LEASE_TTL_MS + 1 })), 'invalid_input');
    await rejection(leases.renew(lease('a', { ttlMs: 0 })), 'conflict');
  });

  it('has one winner among 50 holders at once', async () => {
    const { leases } = fixture.store;
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => leases.acquire(lease(`holder-${index}`))),
    );
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).to.have.length(1);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).to.be.instanceOf(StoreError).with.property('code', 'conflict');
      }
    }
    expect((await leases.get(`r-${resource}`))?.generation).to.equal(1);
  });

  it('pages through live and expired leases in order of the resource', async () => {
    await fixture.reset();
    const { leases } = fixture.store;
    for (const resourceId of ['d', 'b', 'a', 'c', 'e']) {
      await leases.acquire(lease('a', { resourceId }));
    }
    await leases.release(lease('a', { resourceId: 'c' }));
    fixture.clock.advance(10_000);
    const first = await leases.list({ limit: 3 });
    expect(first.items.map((item) => item.resourceId)).to.deep.equal(['a', 'b', 'd']);
    const second = await leases.list({ limit: 3, after: first.nextCursor! });
    expect(second.items.map((item) => item.resourceId)).to.deep.equal(['e']);
    expect(second).not.to.have.property('nextCursor');
  });

  it('agrees with the model over any sequence of calls: one live holder, generations only grow', async () => {
    const { store, clock } = fixture;
    const holder = fc.constantFrom('a', 'b', 'c');
    const ttlMs = fc.integer({ min: 1, max: 50 });
    const step = fc.oneof(
      fc.record({ call: fc.constant('acquire' as const), holder, ttlMs }),
      fc.record({ call: fc.constant('renew' as const), holder, ttlMs }),
      fc.record({ call: fc.constant('release' as const), holder }),
      fc.record({ call: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 60 }) }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        run += 1;
        const resourceId = `model-${run}`;
        let owner: string | undefined;
        let expiresAt = 0;
        let generation = 0;
        for (const current of steps) {
          const now = clock().getTime();
          const live = owner !== undefined && expiresAt > now;
          let allowed = true;
          let result: LeaseRecord | undefined | 'refused';
          const settle = async (work: Promise<LeaseRecord | undefined>) => {
            result = await work.catch((error: unknown) => {
              expect(error).to.be.instanceOf(StoreError);
              return 'refused' as const;
            });
          };
          if (current.call === 'advance') {
            clock.advance(current.ms);
            continue;
          }
          if (current.call === 'release') {
            allowed = owner === current.holder;
            await settle(
              store.leases.release({ resourceId, holderId: current.holder }).then(() => undefined),
            );
            owner = allowed ? undefined : owner;
          } else {
            const input = {
              resourceId,
              resourceType: 'sandbox',
              holderId: current.holder,
              ttlMs: current.ttlMs,
            };
            allowed =
              current.call === 'acquire'
                ? !live || owner === current.holder
                : live && owner === current.holder;
            await settle(
              current.call === 'acquire' ? store.leases.acquire(input) : store.leases.renew(input),
            );
            if (allowed) {
              generation += 1;
              owner = current.holder;
              expiresAt = now + current.ttlMs;
              expect(result).to.include({ generation, holderId: owner });
            }
          }
          expect(result === 'refused', `${current.call} by ${current.holder}`).to.equal(!allowed);
          const stored = await store.leases.get(resourceId);
          expect(stored?.holderId).to.equal(owner);
          if (stored !== undefined) {
            expect(stored.generation).to.equal(generation);
            expect(stored.expiresAt.getTime()).to.equal(expiresAt);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
