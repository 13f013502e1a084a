import { expect } from 'chai';
import { parseAuditSink } from '../src/index.js';

describe('parseAuditSink', () => {
  for (const [text, address] of [
    ['file:/var/log/a b', { kind: 'file', path: '/var/log/a b' }],
    ['syslog+unix:/dev/log', { kind: 'syslog+unix', path: '/dev/log' }],
    ['syslog+udp://logs', { kind: 'syslog+udp', host: 'logs', port: 514 }],
    ['syslog+tcp://192.0.2.7:601', { kind: 'syslog+tcp', host: '192.0.2.7', port: 601 }],
    ['syslog+tls://logs.example', { kind: 'syslog+tls', host: 'logs.example', port: 6514 }],
    ['syslog+tls://[2001:db8::7]:7000', { kind: 'syslog+tls', host: '2001:db8::7', port: 7000 }],
  ] as const) {
    it(`reads ${text}`, () => expect(parseAuditSink(text)).to.deep.equal(address));
  }

  it('does not guess', () => {
    for (const text of ['', 'file:a', 'syslog+tls://a:', 'syslog+TLS://a', 'syslog+tls:/a', ' file:/a']) {
      expect(parseAuditSink(text), text).to.equal(undefined);
    }
  });
});
