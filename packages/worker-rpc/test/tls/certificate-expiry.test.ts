import { expect } from 'chai';
import { type TlsCertificate, watchCertificateExpiry } from '../../src/index.js';
import { DAY_MS } from '../../src/testing.js';
import { recordLogs } from './recorded-logs.js';

const END = new Date('2031-03-01T00:00:00Z');

describe('watchCertificateExpiry', () => {
  const certificate = (more: Partial<TlsCertificate> = {}): TlsCertificate => ({
    kind: 'server',
    path: '/tls/server.crt',
    notBefore: new Date(0),
    notAfter: END,
    fingerprint256: 'AA:BB',
    ...more,
  });
  const daysBefore = (days: number): Date => new Date(END.getTime() - days * DAY_MS);

  function watch(first: readonly TlsCertificate[], start: Date) {
    const logs = recordLogs();
    let certificates = first;
    let now = start;
    const expiry = watchCertificateExpiry({
      certificates: () => certificates,
      logger: logs.logger,
      clock: () => now,
      checkMs: 3_600_000,
    });
    expiry.close();
    return {
      /** What a look at this time tells. */
      at(time: Date, present = certificates) {
        certificates = present;
        now = time;
        expiry.look();
        return logs.lines.splice(0);
      },
      told: () => logs.lines.splice(0),
    };
  }

  it('warns within 30, 7 and 1 days of the end, once each, and tells of the end', () => {
    const days = watch([certificate()], daysBefore(40));
    expect(days.told()).to.deep.equal([]);
    expect(days.at(daysBefore(30.001))).to.deep.equal([]);
    const [first, ...none] = days.at(daysBefore(30));
    expect(none).to.deep.equal([]);
    expect(first).to.deep.equal({
      level: 'warn',
      message: 'TLS certificate expires soon; renew it',
      kind: 'server',
      path: '/tls/server.crt',
      expires_at: END.toISOString(),
      fingerprint: 'AA:BB',
      days_left: 30,
    });
    expect(days.at(daysBefore(7.001))).to.deep.equal([]);
    expect(days.at(daysBefore(7)).map((line) => line['days_left'])).to.deep.equal([7]);
    expect(days.at(daysBefore(1)).map((line) => line['days_left'])).to.deep.equal([1]);
    expect(days.at(daysBefore(0.5))).to.deep.equal([]);
    expect(days.at(END).map(({ level, message }) => `${level} ${message}`)).to.deep.equal([
      'error TLS certificate has expired; renew it',
    ]);
    expect(days.at(daysBefore(-5))).to.deep.equal([]);
  });

  it('warns once at the start, whatever it has missed', () => {
    expect(watch([certificate()], daysBefore(0.5)).told()).to.have.length(1);
  });

  it('warns once of a file that serves for several things', () => {
    const both = [certificate({ kind: 'rpc_ca' }), certificate({ kind: 'server_client_ca' })];
    const days = watch(both, daysBefore(5));
    expect(days.told()).to.have.length(1);
    expect(days.at(daysBefore(4))).to.deep.equal([]);
  });

  it('is silent about a renewed certificate until that one ends', () => {
    const days = watch([certificate()], daysBefore(5));
    days.told();
    const renewed = certificate({ fingerprint256: 'CC', notAfter: daysBefore(-90) });
    expect(days.at(daysBefore(4), [renewed])).to.deep.equal([]);
    expect(days.at(daysBefore(-89.5))).to.have.length(1);
  });

  it('looks by itself, until it is closed', async () => {
    let looks = 0;
    const expiry = watchCertificateExpiry({
      checkMs: 1,
      certificates: () => {
        looks += 1;
        if (looks === 3) expiry.close();
        return [];
      },
    });
    const deadline = Date.now() + 5_000;
    while (looks < 3 && Date.now() < deadline) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(looks).to.equal(3);
  });
});
