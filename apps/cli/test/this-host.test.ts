import { expect } from 'chai';
import { isThisHost } from '../src/this-host.js';

describe('isThisHost', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.9.10', '[::1]', '::1']) {
    it(`is true for ${host}`, () => expect(isThisHost(host)).to.equal(true));
  }
  for (const host of [
    '',
    'localhost.example.net',
    '127.0.0.1.example.net',
    '128.0.0.1',
    '0.0.0.0',
    '[::]',
    '::2',
  ]) {
    it(`is false for ${JSON.stringify(host)}`, () => expect(isThisHost(host)).to.equal(false));
  }
});
