import { expect } from 'chai';
import type { TextFormat } from '../src/settings/definition.js';
import { TEXT_FORMATS } from '../src/text-formats.js';

const CASES: Readonly<
  Record<TextFormat, { readonly good: readonly string[]; readonly bad: readonly string[] }>
> = {
  http_url: {
    good: ['http://localhost:7423', 'https://a.example/b/', 'http://[::1]:80', 'HTTPS://A.example'],
    bad: [
      'localhost:7423',
      'ftp://a',
      'http://',
      'http:///x',
      'https://u:p@a',
      'https://a?x',
      'https://a/#',
      'https://a b',
      'http://a:99999',
      ' http://a',
    ],
  },
  audit_sink: {
    good: [
      'file:/var/log/audit.ndjson',
      'syslog+tls://logs.example',
      'syslog+tls://[::1]:6514',
      'syslog+tcp://10.0.0.7:601',
      'syslog+udp://logs',
      'syslog+unix:/dev/log',
    ],
    bad: [
      'file:relative',
      'file:',
      'syslog://x',
      'syslog+tls://',
      'syslog+tls://a/b',
      'syslog+udp://u@a',
      'syslog+tcp://a:0',
      'syslog+tcp://a:70000',
      'syslog+tcp://[x]',
      'syslog+unix:x',
      'http://x',
    ],
  },
  origin: {
    good: ['*', 'https://a.example', 'http://localhost:3000', 'http://[::1]:3000'],
    bad: [
      'https://a.example/',
      'https://a.example/x',
      'a.example',
      'null',
      'https://*.example',
      'https://u@a',
      'ftp://a',
      'https://a?b',
    ],
  },
  listen_address: {
    good: [
      '127.0.0.1:7430',
      '0.0.0.0:0',
      ':7430',
      '[::]:7430',
      '[::1]:65535',
      'localhost:1',
      'worker_1:7430',
    ],
    bad: [
      '7430',
      '127.0.0.1',
      '127.0.0.1:65536',
      '::1:7430',
      '[127.0.0.1]:1',
      '127.0.0.256:1',
      'a b:1',
      '127.0.0.1:',
      'http://a:1',
    ],
  },
  host_pattern: {
    good: ['worker-1', 'a.example', '*.a.example', '10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'],
    bad: [
      '*',
      'a.*.example',
      '*a.example',
      '10.0.0.0/33',
      '10.0.0.256',
      'a..b',
      'http://a',
      'a:80',
      '-a',
      'fd00::/129',
    ],
  },
  address_range: {
    good: ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/128', '0.0.0.0/0'],
    bad: ['proxy', '10.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/-1', '*'],
  },
  memory_size: {
    good: ['512m', '2g', '1048576', '64MB', '1k', '100b'],
    bad: ['0', '-1', '1.5g', '512 m', '1t', 'm', '10000000000000000000'],
  },
  cpu_count: { good: ['1', '0.5', '.25', '2.', '64'], bad: ['0', '0.0', '-1', 'one', '1,5', '1e3', '99999'] },
};

describe('text formats', () => {
  for (const [format, { good, bad }] of Object.entries(CASES) as [TextFormat, (typeof CASES)[TextFormat]][]) {
    for (const text of good) {
      it(`${format} is ${text}`, () => {
        expect(TEXT_FORMATS[format].matches(text)).to.equal(true);
      });
    }
    for (const text of bad) {
      it(`${format} is not ${JSON.stringify(text)}`, () => {
        expect(TEXT_FORMATS[format].matches(text)).to.equal(false);
      });
    }
  }
});
