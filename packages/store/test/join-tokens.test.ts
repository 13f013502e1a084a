import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type NewJoinToken, openStore, type Store } from '../src/index.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('JoinTokenRepository', () => {
  let fixture: StoreFixture;
  let other: Store;
  before(async () => {
    fixture = await openFixture();
    other = await openStore({ driver: 'postgres', dsn: fixture.database.dsn, clock: fixture.clock });
  });
  after(async () => {
    await other.close();
    await fixture.close();
  });
  beforeEach(() => fixture.reset());

  const inMs = (milliseconds: number) => new Date(fixture.clock().getTime() + milliseconds);
  const joinToken = (secret: string, overrides: Partial<NewJoinToken> = {}): NewJoinToken => ({
    workerId: 'w-1',
    tokenHash: hashOf(secret),
    createdBy: 'ann',
    expiresAt: inMs(1_000),
    ...overrides,
  });
  const redeem = (secret: string, from = '192.0.2.1') =>
    fixture.store.joinTokens.redeem({ tokenHash: hashOf(secret), from });

  it('stores a new token as not redeemed', async () => {
    const { store, clock } = fixture;
    const created = await store.joinTokens.create(joinToken('a', { pool: 'gpu' }));
    expect(created.id).to.match(/^jt-[0-9a-f]{24}$/);
    expect(created).to.deep.equal({
      id: created.id,
      ...joinToken('a', { pool: 'gpu' }),
      createdAt: clock(),
      redeemedAt: undefined,
      redeemedFrom: undefined,
      refusedRedemptions: 0,
      lastRefusedAt: undefined,
      lastRefusedFrom: undefined,
    });
    expect(await store.joinTokens.get(created.id)).to.deep.equal(created);
    expect((await store.joinTokens.create(joinToken('b'))).pool).to.equal('');
    await rejection(store.joinTokens.create(joinToken('a')), 'conflict');
  });

  it('redeems once and counts the later attempts with their address', async () => {
    const { store, clock } = fixture;
    const created = await store.joinTokens.create(joinToken('a'));
    const redeemed = { ...created, redeemedAt: clock(), redeemedFrom: '192.0.2.1' };
    expect(await redeem('a')).to.deep.equal({ outcome: 'redeemed', record: redeemed });
    clock.advance(10);
    const refused = { refusedRedemptions: 1, lastRefusedAt: clock(), lastRefusedFrom: '192.0.2.66' };
    expect(await redeem('a', '192.0.2.66')).to.deep.equal({
      outcome: 'already_redeemed',
      record: { ...redeemed, ...refused },
    });
    clock.advance(10_000);
    expect((await redeem('a')).outcome).to.equal('already_redeemed');
    expect((await store.joinTokens.get(created.id))?.refusedRedemptions).to.equal(2);
  });

  it('refuses from the very millisecond of expiry, by the time it is given', async () => {
    const { joinTokens } = fixture.store;
    const { id } = await joinTokens.create(joinToken('a'));
    const at = (now: Date) => joinTokens.redeem({ tokenHash: hashOf('a'), from: '', now });
    const expired = await at(inMs(1_000));
    expect(expired).to.include({ outcome: 'expired' });
    expect(expired).to.have.nested.property('record.refusedRedemptions', 1);
    expect((await joinTokens.get(id))?.redeemedAt).to.equal(undefined);
    expect((await at(inMs(999))).outcome).to.equal('redeemed');
  });

  it('finds one by its hash, which counts as no attempt', async () => {
    const created = await fixture.store.joinTokens.create(joinToken('a'));
    expect(await fixture.store.joinTokens.findByHash(hashOf('a'))).to.deep.equal(created);
    expect(await fixture.store.joinTokens.findByHash(hashOf('b'))).to.equal(undefined);
  });

  it('knows no token of another hash', async () => {
    await fixture.store.joinTokens.create(joinToken('a'));
    expect(await redeem('b')).to.deep.equal({ outcome: 'unknown' });
  });

  it('lets exactly one of 50 attempts at the same time win, and counts the other 49', async () => {
    const { id } = await fixture.store.joinTokens.create(joinToken('a'));
    const stores = [fixture.store, other];
    const attempts = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        stores[index % 2]!.joinTokens.redeem({ tokenHash: hashOf('a'), from: `192.0.2.${index}` }),
      ),
    );
    const winners = attempts.filter(({ outcome }) => outcome === 'redeemed');
    expect(winners.length).to.equal(1);
    expect(attempts.filter(({ outcome }) => outcome === 'already_redeemed').length).to.equal(49);
    const winner = attempts.indexOf(winners[0]!);
    expect(await fixture.store.joinTokens.get(id)).to.include({
      redeemedFrom: `192.0.2.${winner}`,
      refusedRedemptions: 49,
    });
  });

  it('pages newest first, by worker too, undisturbed by new tokens', async () => {
    const { joinTokens } = fixture.store;
    for (const name of ['a', 'b', 'c', 'd']) {
      await joinTokens.create(joinToken(name, { workerId: name < 'c' ? 'w-1' : 'w-2', createdBy: name }));
      fixture.clock.advance(1);
    }
    let extra = 0;
    const pages = await everyPage(
      (request) => joinTokens.list(request),
      3,
      () => joinTokens.create(joinToken(`extra-${extra++}`, { workerId: 'w-2' })),
    );
    expect(pages.map((page) => page.map(({ createdBy }) => createdBy))).to.deep.equal([
      ['d', 'c', 'b'],
      ['a'],
    ]);
    const ofWorker = await everyPage((request) => joinTokens.list({ ...request, workerId: 'w-1' }), 1);
    expect(ofWorker.flat().map(({ createdBy }) => createdBy)).to.deep.equal(['b', 'a']);
  });

  it('deletes one, which is unknown from then on', async () => {
    const { joinTokens } = fixture.store;
    const { id } = await joinTokens.create(joinToken('a'));
    await joinTokens.delete(id);
    expect(await redeem('a')).to.deep.equal({ outcome: 'unknown' });
    const refusal = await rejection(joinTokens.delete(id), 'not_found');
    expect(refusal.message).to.equal(`not found: join token "${id}"`);
  });

  it('prunes the longest expired first, as many as asked for', async () => {
    const { joinTokens } = fixture.store;
    for (const [name, expiry] of [
      ['b', 2],
      ['a', 1],
      ['c', 3],
    ] as const) {
      await joinTokens.create(joinToken(name, { createdBy: name, expiresAt: inMs(expiry) }));
    }
    await redeem('a');
    expect(await joinTokens.prune({ before: inMs(3), limit: 1 })).to.equal(1);
    expect((await joinTokens.list()).items.map(({ createdBy }) => createdBy)).to.have.members(['b', 'c']);
    expect(await joinTokens.prune({ before: inMs(3) })).to.equal(1);
    expect((await joinTokens.list()).items.map(({ createdBy }) => createdBy)).to.deep.equal(['c']);
  });

  it('refuses invalid input without repeating it', async () => {
    const { joinTokens } = fixture.store;
    const secret = 'the-token-itself-instead-of-its-hash';
    for (const work of [
      joinTokens.create(joinToken('a', { tokenHash: secret })),
      joinTokens.redeem({ tokenHash: secret, from: '' }),
    ]) {
      expect((await rejection(work, 'invalid_input')).message).not.to.contain(secret);
    }
    const uppercase = hashOf('a').toUpperCase();
    await rejection(joinTokens.create(joinToken('a', { tokenHash: uppercase })), 'invalid_input');
    await rejection(joinTokens.create(joinToken('a', { workerId: '' })), 'invalid_input');
    await rejection(joinTokens.create(joinToken('a', { expiresAt: new Date(Number.NaN) })), 'invalid_input');
    await rejection(
      joinTokens.redeem({ tokenHash: hashOf('a'), from: '', now: new Date(Number.NaN) }),
      'invalid_input',
    );
    await rejection(joinTokens.list({ after: 'x' }), 'invalid_input');
  });
});
