import { expect } from 'chai';
import fc from 'fast-check';
import { createTokenBuckets } from '../../src/callers/token-buckets.js';

describe('token buckets', () => {
  const SIZE = { capacity: 3, perSecond: 2 };
  const bucketsAt = (time: { ms: number }, max = 100, size = SIZE) =>
    createTokenBuckets(size, max, () => time.ms);
  const taken = (buckets: ReturnType<typeof createTokenBuckets>, key: string, times: number) =>
    Array.from({ length: times }, () => buckets.take(key)).filter((taking) => taking.taken).length;

  it('give as much at once as they hold, then as much as comes in', () => {
    const time = { ms: 0 };
    const buckets = bucketsAt(time);
    expect(taken(buckets, 'a', 5)).to.equal(3);
    time.ms += 499;
    expect(taken(buckets, 'a', 1)).to.equal(0);
    time.ms += 1;
    expect(taken(buckets, 'a', 2)).to.equal(1);
    time.ms += 3_600_000;
    expect(taken(buckets, 'a', 5)).to.equal(3);
  });

  it('tell what is left, and when there is some again', () => {
    const time = { ms: 0 };
    const buckets = bucketsAt(time, 100, { capacity: 2, perSecond: 0.1 });
    expect(buckets.take('a')).to.deep.equal({ taken: true, left: 1, retryAfterSeconds: 0 });
    expect(buckets.take('a')).to.deep.equal({ taken: true, left: 0, retryAfterSeconds: 0 });
    expect(buckets.take('a')).to.deep.equal({ taken: false, left: 0, retryAfterSeconds: 10 });
    time.ms += 9_500;
    expect(buckets.take('a').retryAfterSeconds).to.equal(1);
    time.ms += 500;
    expect(buckets.take('a').taken).to.equal(true);
  });

  it('of one key are not those of another', () => {
    const buckets = bucketsAt({ ms: 0 });
    expect(taken(buckets, 'a', 9)).to.equal(3);
    expect(taken(buckets, 'b', 9)).to.equal(3);
  });

  it('are forgotten when they are full again', () => {
    const time = { ms: 0 };
    const buckets = bucketsAt(time);
    buckets.take('a');
    buckets.take('b');
    expect(buckets.count()).to.deep.equal({ kept: 2, evicted: 0 });
    time.ms += 500;
    expect(buckets.count()).to.deep.equal({ kept: 0, evicted: 0 });
  });

  it('are never more than the bound, and the one that was used last stays', () => {
    const buckets = bucketsAt({ ms: 0 }, 10);
    taken(buckets, 'busy', 3);
    for (let n = 0; n < 1_000; n += 1) {
      buckets.take(`flood-${n}`);
      expect(buckets.take('busy').taken).to.equal(false);
    }
    expect(buckets.count()).to.deep.equal({ kept: 10, evicted: 991 });
  });

  it('keep what is in them when their size changes, as far as it fits', () => {
    const time = { ms: 0 };
    const buckets = bucketsAt(time);
    taken(buckets, 'a', 1);
    buckets.resize({ capacity: 10, perSecond: 1 });
    expect(taken(buckets, 'a', 9)).to.equal(2);
    expect(taken(buckets, 'b', 20)).to.equal(10);
    buckets.resize({ capacity: 1, perSecond: 1 });
    time.ms += 60_000;
    expect(taken(buckets, 'b', 20)).to.equal(1);
  });

  it('never give more than their size allows, whenever it is asked for', () => {
    const size = { capacity: 5, perSecond: 3 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 }), (pauses) => {
        const time = { ms: 0 };
        const buckets = bucketsAt(time, 100, size);
        let given = 0;
        for (const pause of pauses) {
          time.ms += pause;
          if (buckets.take('a').taken) given += 1;
          expect(given).to.be.at.most(size.capacity + (time.ms / 1000) * size.perSecond + 1e-6);
        }
      }),
    );
  });
});
