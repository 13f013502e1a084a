import { expect } from 'chai';
import fc from 'fast-check';
import { type CredentialUse, openStore, type Store } from '../src/index.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

describe('CredentialUseRepository', () => {
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

  const second = (number: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, number));
  const signed = (workerId: string, overrides: Partial<CredentialUse> = {}): CredentialUse => ({
    workerId,
    form: 'signed',
    keyRole: 'active',
    keyFingerprint: 'aaaaaaaaaaaaaaaa',
    ...overrides,
  });
  const all = async () => (await fixture.store.credentialUses.list({ limit: 1_000 })).items;

  it('keeps one row a worker and credential, with the first and the last use and their number', async () => {
    const { credentialUses } = fixture.store;
    await credentialUses.record([
      signed('w-1', { seenAt: second(5) }),
      signed('w-1', { seenAt: second(3), count: 10 }),
      { workerId: 'w-1', form: 'static', kind: 'shared', seenAt: second(4) },
    ]);
    await credentialUses.record([signed('w-1', { seenAt: second(9) })]);
    await credentialUses.record([signed('w-1', { seenAt: second(1) })]);
    expect(await all()).to.have.deep.members([
      {
        workerId: 'w-1',
        form: 'signed',
        kind: '',
        keyRole: 'active',
        keyFingerprint: 'aaaaaaaaaaaaaaaa',
        firstSeen: second(1),
        lastSeen: second(9),
        count: 13,
      },
      {
        workerId: 'w-1',
        form: 'static',
        kind: 'shared',
        keyRole: '',
        keyFingerprint: '',
        firstSeen: second(4),
        lastSeen: second(4),
        count: 1,
      },
    ]);
  });

  it('takes a stored worker credential as it is, and the time from the clock', async () => {
    const credential = {
      form: 'signed',
      keyRole: 'active',
      keyFingerprint: 'k',
      profile: 'strict',
      tokenIssuedAt: second(0),
    } as const;
    await fixture.store.credentialUses.record([{ workerId: 'w-1', ...credential }]);
    const [use] = await all();
    expect(use).to.deep.include({ firstSeen: fixture.clock(), lastSeen: fixture.clock(), count: 1 });
  });

  it('agrees with the sum of its uses, however they are divided into batches', async () => {
    const use = fc.record({
      workerId: fc.constantFrom('w-1', 'w-2'),
      keyFingerprint: fc.constantFrom('a', 'b"{},\\', ''),
      seenAt: fc.integer({ min: 0, max: 50 }).map(second),
      count: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(use, { maxLength: 6 }), { maxLength: 4 }), async (batches) => {
        await fixture.reset();
        await Promise.all(
          batches.map((batch, index) =>
            [fixture.store, other][index % 2]!.credentialUses.record(
              batch.map((fields) => ({ form: 'signed', keyRole: 'active', ...fields })),
            ),
          ),
        );
        const uses = batches.flat();
        const rows = await all();
        expect(new Set(uses.map((one) => `${one.workerId} ${one.keyFingerprint}`)).size).to.equal(
          rows.length,
        );
        for (const row of rows) {
          const own = uses.filter(
            (one) => one.workerId === row.workerId && one.keyFingerprint === row.keyFingerprint,
          );
          const times = own.map(({ seenAt }) => seenAt.getTime());
          expect(row.count).to.equal(own.reduce((sum, { count }) => sum + count, 0));
          expect(row.firstSeen.getTime()).to.equal(Math.min(...times));
          expect(row.lastSeen.getTime()).to.equal(Math.max(...times));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('survives crossing batches of many workers without a deadlock or a lost count', async () => {
    const fleet = Array.from({ length: 2_000 }, (_, index) => signed(`w-${index}`));
    await Promise.all([
      fixture.store.credentialUses.record(fleet),
      other.credentialUses.record([...fleet].reverse()),
      fixture.store.credentialUses.record(fleet),
    ]);
    expect(await fixture.store.credentialUses.summaryByKey()).to.deep.equal([
      {
        form: 'signed',
        kind: '',
        keyRole: 'active',
        keyFingerprint: 'aaaaaaaaaaaaaaaa',
        workers: 2_000,
        lastSeen: fixture.clock(),
        count: 6_000,
      },
    ]);
  });

  it('sums up by key and role, static tokens by kind, the last used first', async () => {
    const { credentialUses } = fixture.store;
    await credentialUses.record([
      signed('w-1', { seenAt: second(1), count: 4 }),
      signed('w-2', { seenAt: second(3) }),
      signed('w-2', { seenAt: second(2), keyRole: 'verify_only', keyFingerprint: 'b' }),
      { workerId: 'w-1', form: 'static', kind: 'worker', seenAt: second(5) },
      { workerId: 'w-3', form: 'static', kind: 'shared', seenAt: second(4) },
    ]);
    const summary = await credentialUses.summaryByKey();
    expect(
      summary.map(({ form, kind, keyRole, keyFingerprint, workers, lastSeen, count }) => [
        [form, kind, keyRole, keyFingerprint].join(' '),
        workers,
        lastSeen,
        count,
      ]),
    ).to.deep.equal([
      ['static worker  ', 1, second(5), 1],
      ['static shared  ', 1, second(4), 1],
      ['signed  active aaaaaaaaaaaaaaaa', 2, second(3), 5],
      ['signed  verify_only b', 1, second(2), 1],
    ]);
  });

  it('pages by worker and first use, undisturbed by new uses', async () => {
    const { credentialUses } = fixture.store;
    for (const workerId of ['w b', 'w a', 'w c', 'w a']) {
      await credentialUses.record([
        signed(workerId),
        { workerId, form: 'static', kind: 'worker' },
        signed(workerId, { keyRole: 'verify_only' }),
      ]);
    }
    const pages = await everyPage(
      (request) => credentialUses.list(request),
      2,
      () => credentialUses.record([signed('w a'), signed('v')]),
    );
    expect(pages.flat().map(({ workerId }) => workerId)).to.deep.equal([
      ...['w a', 'w a', 'w a', 'w b', 'w b', 'w b', 'w c', 'w c', 'w c'],
    ]);
    expect(new Set(pages.flat().map((use) => `${use.workerId} ${use.form} ${use.keyRole}`)).size).to.equal(9);
    const own = await everyPage((request) => credentialUses.list({ ...request, workerId: 'w b' }), 2);
    expect(own.map((page) => page.length)).to.deep.equal([2, 1]);
  });

  it('prunes the longest unused first, as many as asked for', async () => {
    const { credentialUses } = fixture.store;
    await credentialUses.record([1, 3, 2].map((number) => signed(`w-${number}`, { seenAt: second(number) })));
    expect(await credentialUses.prune({ before: second(3), limit: 1 })).to.equal(1);
    expect((await all()).map(({ workerId }) => workerId)).to.deep.equal(['w-2', 'w-3']);
    expect(await credentialUses.prune({ before: second(3) })).to.equal(1);
    expect((await all()).map(({ workerId }) => workerId)).to.deep.equal(['w-3']);
  });

  it('refuses a batch with one invalid use as a whole', async () => {
    const { credentialUses } = fixture.store;
    const invalid: ReadonlyArray<CredentialUse> = [
      signed(' '),
      signed('w', { count: 0 }),
      signed('w', { count: 1.5 }),
      signed('w', { seenAt: new Date(Number.NaN) }),
      signed('w', { form: 'borrowed' as 'signed' }),
      signed('w', { kind: 'stolen' as 'shared' }),
    ];
    for (const use of invalid) {
      await rejection(credentialUses.record([signed('good'), use]), 'invalid_input');
    }
    expect(await all()).to.deep.equal([]);
    await credentialUses.record([]);
    for (const after of [
      'x',
      Buffer.from('w-1').toString('base64url'),
      Buffer.from(' w').toString('base64url'),
    ]) {
      await rejection(credentialUses.list({ after }), 'invalid_input');
    }
  });
});
