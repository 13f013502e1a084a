import { expect } from 'chai';
import { summarizeLatencies } from '../../src/loadtest/latencies.js';

describe('summarizeLatencies', () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => count - n);
  const cases: ReadonlyArray<readonly [string, readonly number[], readonly number[]]> = [
    ['nothing', [], [0, 0, 0, 0]],
    ['one value', [7], [7, 7, 7, 7]],
    ['a hundred values, whatever their order', upTo(100), [50, 95, 99, 100]],
    ['a thousand values', upTo(1_000), [500, 950, 990, 1_000]],
    ['fractions', [1.23456, 1.23456], [1.23, 1.23, 1.23, 1.23]],
  ];
  for (const [name, values, [p50, p95, p99, max]] of cases) {
    it(`tells of ${name} what that many do not exceed`, () => {
      expect(summarizeLatencies(values)).to.deep.equal({ p50, p95, p99, max });
    });
  }
});
