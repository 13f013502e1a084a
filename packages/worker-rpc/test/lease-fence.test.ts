import { expect } from 'chai';
import fc from 'fast-check';
import { createLeaseFence } from '../src/index.js';

describe('createLeaseFence', () => {
  it('accepts a generation again and higher ones, and refuses lower ones', () => {
    const fence = createLeaseFence();
    const verdicts = [3, 3, 5, 4, 3, 5, 6].map((generation) => fence.accept('sb-1', generation));
    expect(verdicts).to.deep.equal([true, true, true, false, false, true, true]);
    expect(fence.highest('sb-1')).to.equal(6);
  });

  it('keeps resources apart', () => {
    const fence = createLeaseFence();
    fence.accept('sb-1', 9);
    expect(fence.accept('sb-2', 1)).to.equal(true);
  });

  for (const generation of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    it(`refuses ${generation}, and does not remember it`, () => {
      const fence = createLeaseFence();
      expect(fence.accept('sb-1', generation)).to.equal(false);
      expect(fence.size).to.equal(0);
    });
  }

  it('forgets the resource used least recently beyond its capacity', () => {
    const fence = createLeaseFence({ capacity: 2 });
    fence.accept('sb-1', 5);
    fence.accept('sb-2', 5);
    fence.accept('sb-1', 6);
    fence.accept('sb-3', 5);
    expect([fence.highest('sb-1'), fence.highest('sb-2'), fence.size]).to.deep.equal([6, undefined, 2]);
  });

  it('accepts exactly the sequences that never go back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (generations) => {
        const fence = createLeaseFence();
        let highest = 0;
        for (const generation of generations) {
          expect(fence.accept('sb-1', generation)).to.equal(generation >= highest);
          highest = Math.max(highest, generation);
        }
      }),
    );
  });
});
