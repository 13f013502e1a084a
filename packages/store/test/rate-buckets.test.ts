import { expect } from 'chai';
import pg from 'pg';
import { type BucketQuestion, openStore } from '../src/index.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

const HOURLY = 1 / 3_600;
const ask = (key: string, more: Partial<BucketQuestion> = {}): BucketQuestion => ({
  key,
  wanted: 1,
  capacity: 3,
  perSecond: HOURLY,
  ...more,
});

describe('the buckets that control planes share', () => {
  let fixture: StoreFixture;
  let admin: pg.Client;
  before(async () => {
    fixture = await openFixture();
    admin = new pg.Client({ connectionString: fixture.database.dsn });
    await admin.connect();
  });
  beforeEach(() => fixture.reset());
  after(async () => {
    await admin?.end();
    await fixture?.close();
  });

  const granted = async (question: BucketQuestion): Promise<number> =>
    (await fixture.store.rateBuckets.take([question]))[0]!.granted;
  /** As if nobody had asked for so long. */
  const passed = (seconds: number) =>
    admin.query(`update rate_buckets set at = at - make_interval(secs => ${seconds})`);

  it('are full at first, give what they have, and say what is left', async () => {
    const answers: unknown[] = [];
    for (let n = 0; n < 4; n += 1) answers.push(...(await fixture.store.rateBuckets.take([ask('a')])));
    expect(answers.map((answer) => Math.floor((answer as { tokens: number }).tokens))).to.deep.equal([
      2, 1, 0, 0,
    ]);
    expect(answers.map((answer) => (answer as { granted: number }).granted)).to.deep.equal([1, 1, 1, 0]);
    expect(await granted(ask('b'))).to.equal(1);
  });

  it('give a part of what is wanted', async () => {
    expect(await granted(ask('a', { wanted: 2 }))).to.equal(2);
    expect(await granted(ask('a', { wanted: 5 }))).to.equal(1);
    expect(await granted(ask('b', { wanted: 5 }))).to.equal(3);
  });

  it('fill with time, fractions included, and never beyond what they hold', async () => {
    // One an hour: what passes while the test runs fills nothing.
    const hours = (number: number) => passed(number * 3_600);
    expect(await granted(ask('a', { wanted: 3 }))).to.equal(3);
    await hours(1.5);
    expect(await granted(ask('a', { wanted: 3 }))).to.equal(1);
    await hours(0.5);
    expect(await granted(ask('a', { wanted: 3 }))).to.equal(1);
    await hours(500);
    expect(await granted(ask('a', { wanted: 9 }))).to.equal(3);
  });

  it('take another size at once', async () => {
    expect(await granted(ask('a', { wanted: 9, capacity: 3 }))).to.equal(3);
    expect(await granted(ask('a', { wanted: 9, capacity: 5 }))).to.equal(2);
    expect(await granted(ask('a', { wanted: 9, capacity: 2 }))).to.equal(0);
  });

  it('lose nothing to a clock that was set back', async () => {
    expect(await granted(ask('a', { wanted: 2 }))).to.equal(2);
    await passed(-3_600 * 24);
    expect(await granted(ask('a', { wanted: 2 }))).to.equal(1);
  });

  it('give exactly what they hold to 64 askers of two control planes, whatever else these ask for', async () => {
    const second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn });
    try {
      const stores = [fixture.store, second];
      const size = { capacity: 40, perSecond: HOURLY };
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, n) => {
          const questions = [ask('x', size), ask('y', size), ask(`only-${n}`, size)];
          return stores[n % 2]!.rateBuckets.take(n % 3 === 0 ? questions : questions.reverse());
        }),
      );
      const sum = (key: string) =>
        answers.flat().reduce((all, answer) => all + (answer.key === key ? answer.granted : 0), 0);
      expect([sum('x'), sum('y'), sum('only-7')]).to.deep.equal([40, 40, 1]);
    } finally {
      await second.close();
    }
  });

  it('are forgotten when nobody asks, and the longest idle ones when there are too many', async () => {
    const { rateBuckets } = fixture.store;
    await rateBuckets.take(['a', 'b', 'c'].map((key) => ask(key)));
    await passed(60);
    await rateBuckets.take(['d', 'e', 'f'].map((key) => ask(key)));
    expect(await rateBuckets.prune({ idleSeconds: 120, keep: 100 })).to.equal(0);
    expect(await rateBuckets.prune({ idleSeconds: 120, keep: 5 })).to.equal(1);
    expect(await rateBuckets.prune({ idleSeconds: 30, keep: 100 })).to.equal(2);
    const { rows } = await admin.query<{ key: string }>('select key from rate_buckets order by 1');
    expect(rows.map(({ key }) => key)).to.deep.equal(['d', 'e', 'f']);
  });

  it('are not written to the disk for every request', async () => {
    const { rows } = await admin.query(`select relpersistence from pg_class where relname = 'rate_buckets'`);
    expect(rows).to.deep.equal([{ relpersistence: 'u' }]);
  });

  const wrong: ReadonlyArray<readonly [string, Partial<BucketQuestion>]> = [
    ['nothing', { wanted: 0 }],
    ['half a token', { wanted: 0.5 }],
    ['a bucket that holds none', { capacity: 0 }],
    ['a bucket that never fills', { perSecond: 0 }],
    ['what is no number', { capacity: Number.NaN }],
    ['a key without end', { key: 'k'.repeat(65) }],
  ];
  for (const [name, question] of wrong) {
    it(`refuse ${name}`, async () => {
      await rejection(fixture.store.rateBuckets.take([ask('a', question)]), 'invalid_input');
    });
  }
});
