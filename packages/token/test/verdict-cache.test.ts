import { expect } from 'chai';
import { VerdictCache } from '../src/verdict-cache.js';

describe('VerdictCache', () => {
  it('forgets the entry unused for longest', () => {
    const cache = new VerdictCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.get('a')).to.equal(1);
    cache.set('c', 3);
    expect(cache.get('b')).to.equal(undefined);
    expect([cache.get('a'), cache.get('c')]).to.deep.equal([1, 3]);
    expect(cache.size).to.equal(2);
  });

  it('replaces an entry without forgetting another', () => {
    const cache = new VerdictCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('a', 3);
    expect([cache.get('a'), cache.get('b')]).to.deep.equal([3, 2]);
  });

  it('remembers nothing with a capacity of 0', () => {
    const cache = new VerdictCache<number>(0);
    cache.set('a', 1);
    expect(cache.size).to.equal(0);
    expect(cache.get('a')).to.equal(undefined);
  });

  it('deletes', () => {
    const cache = new VerdictCache<number>(2);
    cache.set('a', 1);
    cache.delete('a');
    cache.delete('b');
    expect(cache.size).to.equal(0);
  });

  it('refuses a capacity that is no whole number', () => {
    for (const capacity of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
      expect(() => new VerdictCache(capacity)).to.throw(TypeError);
    }
  });
});
