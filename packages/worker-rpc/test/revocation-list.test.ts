import {
  createKeyring,
  createWorkerTokenVerifier,
  keyFingerprint,
  type RevocationQuery,
} from '@stacyvm/token';
import { expect } from 'chai';
import fc from 'fast-check';
import { createRevocationList, type RevocationEntry } from '../src/index.js';
import { MASTER_KEY, rpcToken, WORKER } from './worker-fixture.js';

const NOON = new Date('2026-01-01T12:00:00Z');

function query(overrides: Partial<RevocationQuery> = {}): RevocationQuery {
  return {
    tokenId: 'token-1',
    workerId: WORKER,
    issuedAt: NOON,
    keyFingerprint: 'aaaaaaaaaaaaaaaa',
    signingKeyFingerprint: 'bbbbbbbbbbbbbbbb',
    ...overrides,
  };
}

describe('createRevocationList', () => {
  it('revokes nothing and has no version before anything was loaded', () => {
    const list = createRevocationList();
    expect([list.version, list.size, list.isRevoked(query())]).to.deep.equal([undefined, 0, false]);
    expect(list.isWorkerRevoked(WORKER, NOON)).to.equal(false);
  });

  const before = (ms: number): RevocationEntry => ({
    kind: 'worker',
    workerId: WORKER,
    issuedBefore: new Date(NOON.getTime() + ms),
  });
  const cases: ReadonlyArray<readonly [string, RevocationEntry, Partial<RevocationQuery>, boolean]> = [
    ['a token by its id', { kind: 'token', tokenId: 'token-1' }, {}, true],
    ['no other token', { kind: 'token', tokenId: 'token-1' }, { tokenId: 'token-2' }, false],
    ['no token without an id', { kind: 'token', tokenId: 'undefined' }, { tokenId: undefined }, false],
    ['what a worker got before the moment', before(1), {}, true],
    ['nothing that it got at the moment', before(0), {}, false],
    ['nothing that it got later', before(-1), {}, false],
    ['what does not say when it was issued', before(-1e9), { issuedAt: undefined }, true],
    ['what says it with a time that is none', before(-1e9), { issuedAt: new Date(Number.NaN) }, true],
    ['nothing of another worker', before(1e9), { workerId: 'worker-b', issuedAt: undefined }, false],
    ['nothing of a worker whose id differs in case', before(1e9), { workerId: 'Worker-A' }, false],
    ['what a key of the keyring verifies', { kind: 'key', fingerprint: 'aaaaaaaaaaaaaaaa' }, {}, true],
    ['what a derived key signed', { kind: 'key', fingerprint: 'bbbbbbbbbbbbbbbb' }, {}, true],
    ['nothing under another key', { kind: 'key', fingerprint: 'cccccccccccccccc' }, {}, false],
  ];
  for (const [what, entry, overrides, revoked] of cases) {
    it(`revokes ${what}`, () => {
      const list = createRevocationList();
      list.replace(1, [entry]);
      expect(list.isRevoked(query(overrides))).to.equal(revoked);
    });
  }

  it('forgets the list before', () => {
    const list = createRevocationList();
    list.replace(7, [{ kind: 'token', tokenId: 'token-1' }]);
    list.replace(3, []);
    expect([list.version, list.size, list.isRevoked(query())]).to.deep.equal([3, 0, false]);
  });

  it('keeps the latest moment of a worker, whatever the order', () => {
    const list = createRevocationList();
    list.replace(1, [before(10), before(1_000), before(5)]);
    expect(list.size).to.equal(1);
    expect(list.isWorkerRevoked(WORKER, new Date(NOON.getTime() + 999))).to.equal(true);
    expect(list.isWorkerRevoked(WORKER, new Date(NOON.getTime() + 1_000))).to.equal(false);
  });

  it('keeps the list before when the new one cannot be read to its end', () => {
    const list = createRevocationList();
    list.replace(1, [{ kind: 'token', tokenId: 'token-1' }]);
    function* broken(): Generator<RevocationEntry> {
      yield { kind: 'token', tokenId: 'token-2' };
      throw new Error('cut');
    }
    expect(() => list.replace(2, broken())).to.throw('cut');
    expect([list.version, list.isRevoked(query())]).to.deep.equal([1, true]);
  });

  it('decides as a search through all entries does', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const time = fc.integer({ min: 0, max: 5 }).map((ms) => new Date(ms));
    const entry: fc.Arbitrary<RevocationEntry> = fc.oneof(
      fc.record({ kind: fc.constant('token' as const), tokenId: word }),
      fc.record({ kind: fc.constant('worker' as const), workerId: word, issuedBefore: time }),
      fc.record({ kind: fc.constant('key' as const), fingerprint: word }),
    );
    const asked = fc.record({
      tokenId: fc.option(word, { nil: undefined }),
      workerId: word,
      issuedAt: fc.option(time, { nil: undefined }),
      keyFingerprint: word,
      signingKeyFingerprint: word,
    });
    const matches = (one: RevocationEntry, about: RevocationQuery): boolean => {
      if (one.kind === 'token') return one.tokenId === about.tokenId;
      if (one.kind === 'key') {
        return [about.keyFingerprint, about.signingKeyFingerprint].includes(one.fingerprint);
      }
      return one.workerId === about.workerId && !(about.issuedAt && about.issuedAt >= one.issuedBefore);
    };
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 6 }),
        fc.array(asked, { maxLength: 8 }),
        (entries, queries) => {
          const list = createRevocationList();
          list.replace(1, entries);
          for (const about of queries) {
            expect(list.isRevoked(about)).to.equal(entries.some((one) => matches(one, about)));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('serves a verifier as it is', () => {
    const list = createRevocationList();
    const keyring = createKeyring({ active: MASTER_KEY });
    const verifier = createWorkerTokenVerifier({
      keyring,
      audience: 'worker:rpc',
      isRevoked: list.isRevoked,
    });
    const token = rpcToken();
    expect(verifier.verify(token).workerId).to.equal(WORKER);
    list.replace(1, [{ kind: 'key', fingerprint: keyFingerprint(MASTER_KEY) }]);
    expect(() => verifier.verify(token))
      .to.throw()
      .with.property('code', 'revoked');
  });
});
