import { expect } from 'chai';
import { parseKeySet } from '../../src/jose/key-set.js';
import { UnusableKeyError } from '../../src/jose/verification-key.js';
import { keys } from '../signing-fixture.js';

const setOf = (...members: readonly unknown[]) => parseKeySet(new Map([['keys', members]]));
const rsa = { ...keys.rsa.jwk, kid: 'r' };
const ec = { ...keys.p256.jwk, kid: 'e' };

describe('parseKeySet', () => {
  it('finds the key that a token names', () => {
    const choice = setOf(rsa, ec).choose({ algorithm: 'ES256', keyId: 'e' });
    expect(choice.outcome === 'found' && choice.key.keyId).to.equal('e');
  });

  it('leaves out keys for other ends and tells why', () => {
    const set = setOf({ kty: 'oct', k: 'AA' }, { ...rsa, use: 'enc' }, ec, { kty: 'new' });
    expect(set.keys.map(({ keyId }) => keyId)).to.deep.equal(['e']);
    expect(set.unusable).to.have.length(3);
    expect(set.unusable[1]).to.equal('key 2: its "use" is not sig');
  });

  it('finds the only key of an algorithm for a token without kid', () => {
    expect(setOf(rsa, ec).choose({ algorithm: 'PS256', keyId: undefined }).outcome).to.equal('found');
  });

  const others: ReadonlyArray<readonly [string, readonly unknown[], string | undefined, string]> = [
    ['an unknown kid', [rsa], 'x', 'unknown'],
    ['a kid in another case', [rsa], 'R', 'unknown'],
    ['an empty kid', [rsa], '', 'unknown'],
    ['a kid when no key has one', [keys.rsa.jwk], 'r', 'unknown'],
    ['no kid and no key of the algorithm', [ec], undefined, 'unknown'],
    [
      'no kid and two keys of the algorithm',
      [rsa, { ...keys.otherRsa.jwk, kid: 's' }],
      undefined,
      'ambiguous',
    ],
    ['a kid that two keys have', [rsa, { ...keys.otherRsa.jwk, kid: 'r' }], 'r', 'ambiguous'],
    ['a kid that one key has twice', [rsa, rsa], 'r', 'ambiguous'],
    ['a kid that two families have', [rsa, { ...ec, kid: 'r' }], 'r', 'ambiguous'],
    ['a kid of a key of another family', [rsa, ec], 'e', 'unsuitable'],
    ['a kid of a key that is bound to another alg', [{ ...rsa, alg: 'PS256' }], 'r', 'unsuitable'],
  ];
  for (const [name, members, keyId, outcome] of others) {
    it(`says ${outcome} for RS256 with ${name}`, () => {
      expect(setOf(...members).choose({ algorithm: 'RS256', keyId }).outcome).to.equal(outcome);
    });
  }

  const refused: ReadonlyArray<readonly [string, ReadonlyMap<string, unknown>]> = [
    ['no list', new Map()],
    ['keys that are an object', new Map([['keys', { 0: rsa }]])],
    ['an empty list', new Map([['keys', []]])],
    ['only keys that cannot be used', new Map([['keys', [{ ...rsa, use: 'enc' }]]])],
    ['more than 100 keys', new Map([['keys', Array(101).fill(ec)]])],
  ];
  for (const [name, document] of refused) {
    it(`refuses ${name}`, () => {
      expect(() => parseKeySet(document)).to.throw(UnusableKeyError, 'key set');
    });
  }
});
