import { expect } from 'chai';
import type { StoredApiKey } from '../../src/stored-keys/key-store.js';
import { LOOKUP_FRESH_MS, recentLookups } from '../../src/stored-keys/recent-lookups.js';

const key: StoredApiKey = { id: 'ak-1', role: 'viewer', name: 'one' };

function setUp(answer: (hash: string) => Promise<StoredApiKey | undefined>) {
  let nowMs = 0;
  const asked: string[] = [];
  const store = recentLookups(
    {
      findApiKey(hash) {
        asked.push(hash);
        return answer(hash);
      },
      findApiKeysById: async () => [],
    },
    () => nowMs,
  );
  return {
    store,
    asked,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

describe('recentLookups', () => {
  it('asks once for one second, whether there is a key or not', async () => {
    const { store, asked, pass } = setUp(async (hash) => (hash === 'a' ? key : undefined));
    for (let times = 0; times < 3; times += 1) {
      expect(await store.findApiKey('a')).to.equal(key);
      expect(await store.findApiKey('b')).to.equal(undefined);
    }
    pass(LOOKUP_FRESH_MS - 1);
    await store.findApiKey('a');
    expect(asked).to.deep.equal(['a', 'b']);
    pass(1);
    await store.findApiKey('a');
    expect(asked).to.deep.equal(['a', 'b', 'a']);
  });

  it('shares a question among those who ask at the same time', async () => {
    const { store, asked } = setUp(async () => key);
    await Promise.all(Array.from({ length: 50 }, () => store.findApiKey('a')));
    expect(asked).to.have.length(1);
  });

  it('counts from the question, so that a slow answer is not fresh for longer', async () => {
    let answer = (_: StoredApiKey) => {};
    const { store, asked, pass } = setUp(() => new Promise((resolve) => (answer = resolve)));
    const first = store.findApiKey('a');
    pass(LOOKUP_FRESH_MS);
    answer(key);
    await first;
    const second = store.findApiKey('a');
    answer(key);
    await second;
    expect(asked).to.have.length(2);
  });

  it('forgets a failure at once', async () => {
    let failures = 1;
    const { store, asked } = setUp(async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('away');
      return key;
    });
    expect(await store.findApiKey('a').catch((error: Error) => error.message)).to.equal('away');
    expect(await store.findApiKey('a')).to.equal(key);
    expect(asked).to.have.length(2);
  });

  it('remembers a bounded number of keys, the latest ones', async () => {
    const { store, asked } = setUp(async () => undefined);
    for (let index = 0; index <= 10_000; index += 1) await store.findApiKey(String(index));
    await store.findApiKey('10000');
    expect(asked).to.have.length(10_001);
    await store.findApiKey('0');
    expect(asked).to.have.length(10_002);
  });
});
