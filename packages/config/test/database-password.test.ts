import { expect } from 'chai';
import { databasePassword } from '../src/index.js';

const CASES: readonly (readonly [string, string | undefined])[] = [
  ['postgres://user:pass@db/stacyvm', 'pass'],
  ['postgresql://user:p%40ss@db:5432/stacyvm?sslmode=verify-full', 'p@ss'],
  ['postgres://user:p@ss@db/stacyvm', 'p@ss'],
  ['postgres://user:50%@db/stacyvm', '50%'],
  ['postgres://user@db/stacyvm', undefined],
  ['postgres://db/stacyvm', undefined],
  ['postgres://db/stacyvm?user=u&password=pass', 'pass'],
  ['postgres:///stacyvm?host=/run/postgresql', undefined],
  ['host=db user=stacyvm password=pass dbname=stacyvm', 'pass'],
  ["host=db password = 'a b\\'c'", "a b'c"],
  ['host=db user=stacyvm', undefined],
];

describe('databasePassword', () => {
  for (const [dsn, password] of CASES) {
    it(`finds ${password ?? 'none'} in ${dsn}`, () => {
      expect(databasePassword(dsn)).to.equal(password);
    });
  }
});
