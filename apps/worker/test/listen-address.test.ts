import { expect } from 'chai';
import { ListenAddressError, parseListenAddress, urlOf } from '../src/listen-address.js';

describe('parseListenAddress', () => {
  const addresses = [
    { text: '127.0.0.1:7430', host: '127.0.0.1', port: 7430 },
    { text: ' 10.0.0.7:0 ', host: '10.0.0.7', port: 0 },
    { text: ':7430', host: '0.0.0.0', port: 7430 },
    { text: '[::1]:80', host: '::1', port: 80 },
    { text: 'node-1.internal:65535', host: 'node-1.internal', port: 65_535 },
  ];
  for (const { text, host, port } of addresses) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(parseListenAddress(text)).to.deep.equal({ host, port });
    });
  }

  for (const text of [
    '',
    '7430',
    'localhost',
    'h:',
    'h:65536',
    'h:-1',
    '::1:80',
    'http://h:1',
    'a b:1',
    'h:1x',
  ]) {
    it(`refuses ${JSON.stringify(text)}, quoting it`, () => {
      expect(() => parseListenAddress(text)).to.throw(ListenAddressError, JSON.stringify(text));
    });
  }
});

describe('urlOf', () => {
  const urls = [
    { address: '127.0.0.1', family: 'IPv4', url: 'http://127.0.0.1:7430' },
    { address: '::1', family: 'IPv6', url: 'http://[::1]:7430' },
    { address: '0.0.0.0', family: 'IPv4', url: 'http://node-1:7430' },
    { address: '::', family: 'IPv6', url: 'http://node-1:7430' },
  ];
  for (const { address, family, url } of urls) {
    it(`tells ${url} for ${address}`, () => {
      expect(urlOf({ address, family, port: 7430 }, 'node-1')).to.equal(url);
    });
  }
});
