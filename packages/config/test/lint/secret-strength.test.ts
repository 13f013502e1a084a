import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { KEY_STRENGTH, PASSWORD_STRENGTH, weaknessOf } from '../../src/lint/secret-strength.js';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What generators of secrets make. */
const GENERATORS: Readonly<Record<string, () => string>> = {
  'openssl rand -base64 32': () => randomBytes(32).toString('base64'),
  'openssl rand -hex 32': () => randomBytes(32).toString('hex'),
  'base64url of 48 bytes': () => randomBytes(48).toString('base64url'),
  '40 letters and digits': () =>
    Array.from({ length: 40 }, () => ALPHANUMERIC[randomInt(ALPHANUMERIC.length)]).join(''),
  'two UUIDs': () => `${randomUUID()}${randomUUID()}`,
};

describe('weaknessOf', () => {
  for (const [name, generate] of Object.entries(GENERATORS)) {
    it(`finds nothing wrong with what ${name} makes`, () => {
      for (let count = 0; count < 300; count += 1) {
        const secret = generate();
        expect(weaknessOf(secret, KEY_STRENGTH), secret).to.equal(undefined);
      }
    });
  }

  it('finds whatever repeats a short piece', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 8 }), (piece) => {
        expect(weaknessOf(piece.repeat(64), KEY_STRENGTH)).to.be.a('string');
      }),
      { numRuns: 200 },
    );
  });

  it('never says a word of the secret', () => {
    const wordsOfItsOwn =
      /^(?:is shorter than \d+ bytes|is made of .*|has less than \d+ bits of entropy by estimate)$/;
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (secret) => {
        expect(weaknessOf(secret, PASSWORD_STRENGTH) ?? 'is made of luck').to.match(wordsOfItsOwn);
      }),
      { numRuns: 300 },
    );
  });

  it('is quick with a secret of 1 MiB', () => {
    const started = performance.now();
    weaknessOf('ab1'.repeat(350_000), KEY_STRENGTH);
    expect(performance.now() - started).to.be.lessThan(500);
  });
});
