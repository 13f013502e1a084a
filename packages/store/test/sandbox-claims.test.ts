import { expect } from 'chai';
import { openStore, type Store } from '../src/index.js';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

describe('SandboxClaims', () => {
  let fixture: StoreFixture;
  let second: Store;
  before(async () => {
    fixture = await openFixture();
    second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn, clock: fixture.clock });
  });
  beforeEach(async () => {
    await fixture.reset();
    await fixture.store.workers.upsertHeartbeats([heartbeat('worker-1'), heartbeat('worker-2')]);
  });
  after(async () => {
    await second.close();
    await fixture.close();
  });

  const reserve = async (count: number, minutes = 60) => {
    for (let index = 0; index < count; index += 1) {
      const expiresAt = new Date(fixture.clock().getTime() + minutes * 60_000 + index);
      await fixture.store.sandboxes.reserve(newSandbox(`sb-${minutes}-${index}`, { expiresAt }));
    }
  };
  const ids = (claimed: readonly { readonly id: string }[]) => claimed.map(({ id }) => id).sort();

  it('shares expired sandboxes between processes, each claimed once', async () => {
    await reserve(30, 1);
    await reserve(3, 60);
    fixture.clock.advance(10 * 60_000);
    const request = { before: fixture.clock(), limit: 6, claimMs: 30_000 };
    const shares = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? fixture.store : second).sandboxes.claimExpired(request),
      ),
    );
    const all = shares.flat();
    expect(new Set(ids(all)).size, 'claimed twice').to.equal(all.length);
    const rest = await second.sandboxes.claimExpired({ ...request, limit: 100 });
    expect(all.length + rest.length).to.equal(30);
    expect(all.every(({ state }) => state === 'creating')).to.equal(true);
    expect(all[0]!.claimedUntil.getTime()).to.equal(fixture.clock().getTime() + 30_000);
  });

  it('takes the longest overdue first', async () => {
    await reserve(5, 1);
    fixture.clock.advance(10 * 60_000);
    const claimed = await second.sandboxes.claimExpired({ before: fixture.clock(), limit: 2, claimMs: 1 });
    expect(ids(claimed)).to.deep.equal(['sb-1-0', 'sb-1-1']);
  });

  it('gives a sandbox to the next one when the claim has run out or was released', async () => {
    await reserve(1, 1);
    fixture.clock.advance(2 * 60_000);
    const { sandboxes } = fixture.store;
    const claim = () => second.sandboxes.claimExpired({ before: fixture.clock(), claimMs: 1_000 });
    const [first] = await claim();
    expect(await claim()).to.deep.equal([]);
    fixture.clock.advance(1_000);
    const [again] = await claim();
    expect(again).to.include({ id: 'sb-1-0' });
    await sandboxes.releaseClaim(first!);
    expect(await claim(), 'a claim that ran out must not end its successor').to.deep.equal([]);
    await sandboxes.releaseClaim(again!);
    expect(ids(await claim())).to.deep.equal(['sb-1-0']);
  });

  it('never claims a destroyed sandbox', async () => {
    await reserve(1, 1);
    await fixture.store.sandboxes.markDestroyed('sb-1-0');
    fixture.clock.advance(2 * 60_000);
    const request = { claimMs: 1_000 };
    const { sandboxes } = fixture.store;
    expect(await sandboxes.claimExpired({ ...request, before: fixture.clock() })).to.deep.equal([]);
    expect(await sandboxes.claimStuckCreating({ ...request, olderThan: fixture.clock() })).to.deep.equal([]);
    expect(await sandboxes.claimForReconcile({ ...request, notCheckedSince: fixture.clock() })).to.deep.equal(
      [],
    );
  });

  it('finds sandboxes that stay in creating', async () => {
    await reserve(2, 60);
    await fixture.store.sandboxes.transition('sb-60-1', { from: ['creating'], to: 'running' });
    const olderThan = new Date(fixture.clock().getTime());
    expect(await second.sandboxes.claimStuckCreating({ olderThan, claimMs: 1 })).to.deep.equal([]);
    fixture.clock.advance(60_000);
    const claimed = await second.sandboxes.claimStuckCreating({ olderThan: fixture.clock(), claimMs: 1 });
    expect(ids(claimed)).to.deep.equal(['sb-60-0']);
  });

  it('comes back to a sandbox for reconciliation only after it is due again', async () => {
    await reserve(3, 60);
    for (const id of ['sb-60-0', 'sb-60-1']) {
      await fixture.store.sandboxes.transition(id, { from: ['creating'], to: 'running' });
    }
    const { sandboxes } = second;
    const claim = (extra = {}) =>
      sandboxes.claimForReconcile({
        notCheckedSince: new Date(fixture.clock().getTime() - 30_000),
        claimMs: 5_000,
        ...extra,
      });
    expect(ids(await claim({ workerId: 'worker-2' }))).to.deep.equal([]);
    expect(ids(await claim({ workerId: 'worker-1' }))).to.deep.equal(['sb-60-0', 'sb-60-1']);
    fixture.clock.advance(6_000);
    expect(await claim(), 'checked a moment ago').to.deep.equal([]);
    fixture.clock.advance(30_000);
    const [one] = await claim({ limit: 1 });
    expect(one?.checkedAt).to.deep.equal(fixture.clock());
    expect(ids(await claim({ states: ['creating'] }))).to.deep.equal(['sb-60-2']);
  });

  it('refuses claims without length, time or states', async () => {
    const { sandboxes } = fixture.store;
    const before = fixture.clock();
    await rejection(sandboxes.claimExpired({ before, claimMs: 0 }), 'invalid_input');
    await rejection(sandboxes.claimExpired({ before: new Date(Number.NaN), claimMs: 1 }), 'invalid_input');
    await rejection(
      sandboxes.claimForReconcile({ notCheckedSince: before, claimMs: 1, states: [] }),
      'invalid_input',
    );
  });
});
