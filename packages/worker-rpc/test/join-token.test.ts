import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createJoinToken, isJoinToken, joinTokenHash } from '../src/index.js';

describe('join tokens', () => {
  it('are a prefix and 256 random bits', () => {
    const { token } = createJoinToken((size) => new Uint8Array(size).fill(0xff));
    expect(token).to.equal(`stacyvm-join-v1.${'_'.repeat(42)}8`);
    const seen = new Set(Array.from({ length: 100 }, () => createJoinToken().token));
    expect(seen.size).to.equal(100);
    for (const one of seen) expect(isJoinToken(one), one).to.equal(true);
  });

  it('are stored as the SHA-256 of their text', () => {
    const { token, hash } = createJoinToken();
    expect(hash).to.equal(createHash('sha256').update(token).digest('hex'));
    expect(joinTokenHash(`${token}\n`)).to.equal(hash);
    expect(hash).not.to.equal(createJoinToken().hash);
  });

  it('are not made of less than they need', () => {
    expect(() => createJoinToken(() => new Uint8Array(31))).to.throw(TypeError);
  });

  const good = `stacyvm-join-v1.${'a'.repeat(43)}`;
  const refused: ReadonlyArray<readonly [string, string]> = [
    ['nothing', ''],
    ['one character less', good.slice(0, -1)],
    ['one character more', `${good}a`],
    ['padding', `${good.slice(0, -1)}=`],
    ['base64 that is not for URLs', `${good.slice(0, -1)}+`],
    ['another version', good.replace('v1', 'v2')],
    ['a worker token', 'stacyvm-worker-v1.e30.aaaa'],
    ['a line feed at its end', `${good}\n`],
    ['white space before it', ` ${good}`],
    ['two of them', `${good}${good}`],
  ];
  for (const [what, text] of refused) {
    it(`do not look like ${what}`, () => {
      expect(isJoinToken(text)).to.equal(false);
    });
  }
});
