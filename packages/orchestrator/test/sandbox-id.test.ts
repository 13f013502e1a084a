import { expect } from 'chai';
import { newSandboxId } from '../src/sandbox-id.js';

describe('newSandboxId', () => {
  it('is the prefix and 96 random bits in hexadecimal', () => {
    const asked: number[] = [];
    const id = newSandboxId((size) => {
      asked.push(size);
      return Buffer.from(Array.from({ length: size }, (_, n) => n));
    });
    expect(asked).to.deep.equal([12]);
    expect(id).to.equal('sb-000102030405060708090a0b');
  });

  it('differs every time', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newSandboxId())).size).to.equal(1_000);
  });
});
