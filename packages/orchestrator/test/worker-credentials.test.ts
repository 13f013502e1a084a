import type { RpcCredential } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { isSameCredential } from '../src/worker-credentials.js';

describe('isSameCredential', () => {
  const signed = (key: string | Uint8Array, ...fallbackKeys: ReadonlyArray<string | Uint8Array>) =>
    ({ kind: 'signed', key, fallbackKeys }) as const;
  const cases: ReadonlyArray<readonly [string, RpcCredential, RpcCredential, boolean]> = [
    ['one token', { kind: 'static', token: 'a' }, { kind: 'static', token: 'a' }, true],
    ['two tokens', { kind: 'static', token: 'a' }, { kind: 'static', token: 'b' }, false],
    ['a token and a key', { kind: 'static', token: 'a' }, signed('a'), false],
    ['a key and a token', signed('a'), { kind: 'static', token: 'a' }, false],
    ['one key', signed('a'), signed('a'), true],
    ['a key as text and as bytes', signed('a'), signed(Buffer.from('a')), true],
    ['no list of other keys and an empty one', { kind: 'signed', key: 'a' }, signed('a'), true],
    ['two keys', signed('a'), signed('b'), false],
    ['one key and another behind it', signed('a'), signed('a', 'b'), false],
    ['the same keys in another order', signed('a', 'b'), signed('b', 'a'), false],
    ['the same keys in the same order', signed('a', 'b'), signed('a', 'b'), true],
  ];
  for (const [name, a, b, same] of cases) {
    it(`${name}: ${same ? 'the same' : 'not the same'}`, () => {
      expect(isSameCredential(a, b)).to.equal(same);
    });
  }
});
