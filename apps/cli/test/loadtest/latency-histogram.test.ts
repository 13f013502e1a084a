import { expect } from 'chai';
import fc from 'fast-check';
import { createLatencyHistogram } from '../../src/loadtest/latency-histogram.js';

describe('createLatencyHistogram', () => {
  it('has no quantile and no maximum before the first latency', () => {
    const histogram = createLatencyHistogram();
    expect([histogram.quantile(0.5), histogram.max, histogram.count]).to.deep.equal([
      undefined,
      undefined,
      0,
    ]);
  });

  it('tells each quantile as the sorted list does, at most one per cent too high', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (latencies, share) => {
          const histogram = createLatencyHistogram();
          for (const ms of latencies) histogram.record(ms);
          const sorted = [...latencies].sort((a, b) => a - b);
          const exact = sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1]!;
          const told = histogram.quantile(share)!;
          expect(told).to.be.within(exact * 0.999_999, exact * 1.010_001);
          expect(histogram.max).to.equal(sorted.at(-1));
        },
      ),
    );
  });
});
