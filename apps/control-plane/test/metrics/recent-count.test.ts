import { expect } from 'chai';
import { createRecentCount } from '../../src/metrics/recent-count.js';

describe('a recent count', () => {
  it('is made again after ten seconds, and stands while it cannot be made', async () => {
    let now = 0;
    let answer: () => Promise<number> = async () => 1;
    let counts = 0;
    const recent = createRecentCount(
      0,
      () => {
        counts += 1;
        return answer();
      },
      () => new Date(now),
    );
    expect(await recent()).to.equal(1);
    answer = async () => 2;
    now = 9_999;
    expect([await recent(), counts]).to.deep.equal([1, 1]);
    now = 10_000;
    expect([await recent(), counts]).to.deep.equal([2, 2]);
    answer = async () => {
      throw new Error('the database is away');
    };
    now = 20_000;
    expect([await recent(), counts]).to.deep.equal([2, 3]);
  });

  it('is the same for all who ask while it is made', async () => {
    const recent = createRecentCount(
      0,
      async () => 7,
      () => new Date(0),
    );
    expect(await Promise.all([recent(), recent()])).to.deep.equal([7, 7]);
  });
});
