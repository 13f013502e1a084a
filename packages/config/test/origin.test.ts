import { expect } from 'chai';
import { describeOrigin, type Origin } from '../src/index.js';
import { describePosition } from '../src/origin.js';

const FILE: Origin = { kind: 'file', name: '/etc/stacyvm/stacyvm.yaml', line: 7, column: 3 };

const CASES: readonly (readonly [Origin, string])[] = [
  [{ kind: 'default', name: '' }, 'default'],
  [FILE, '/etc/stacyvm/stacyvm.yaml:7'],
  [{ kind: 'file', name: '/etc/stacyvm/stacyvm.yaml' }, '/etc/stacyvm/stacyvm.yaml'],
  [{ kind: 'environment', name: 'STACYVM_SERVER_PORT' }, 'STACYVM_SERVER_PORT'],
  [{ kind: 'flag', name: '--port' }, '--port'],
  [{ kind: 'secret_file', name: '/run/secrets/key' }, '/run/secrets/key'],
  [
    { kind: 'secret_file', name: '/run/secrets/key', namedBy: FILE },
    '/run/secrets/key (named by /etc/stacyvm/stacyvm.yaml:7)',
  ],
  [{ kind: 'derived', name: 'database.dsn' }, 'follows from database.dsn'],
];

describe('describeOrigin', () => {
  for (const [origin, text] of CASES) {
    it(`says ${text}`, () => {
      expect(describeOrigin(origin)).to.equal(text);
    });
  }

  it('has the column where a position is wanted', () => {
    expect(describePosition(FILE)).to.equal('/etc/stacyvm/stacyvm.yaml:7:3');
  });
});
