import { expect } from 'chai';
import { createClientAddresses, networkOf } from '../../src/callers/client-address.js';
import { admin, auditOf, items, joinTokenFor } from '../admin-calls.js';
import { type Fixture, settingsFor, startFixture } from '../control-plane-fixture.js';
import { send, WORKER } from '../worker-calls.js';

const PROXIES = ['10.0.0.0/8', '192.0.2.1', 'fd00::/16'];

describe('the address of a caller', () => {
  const addressOf = (
    trusted: readonly string[],
    remoteAddress: string | undefined,
    forwardedFor?: string,
    more: Readonly<Record<string, string>> = {},
  ) =>
    createClientAddresses(settingsFor({ 'server.trusted_proxies': trusted })).of({
      headers: { ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }), ...more },
      socket: { remoteAddress },
    } as Parameters<ReturnType<typeof createClientAddresses>['of']>[0]);

  const cases: ReadonlyArray<
    readonly [name: string, trusted: readonly string[], socket: string, forwarded: string | undefined, string]
  > = [
    ['no proxy, and nothing forwarded', [], '203.0.113.9', undefined, '203.0.113.9'],
    ['no proxy, and a header that anybody could send', [], '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['a socket that is no trusted proxy', PROXIES, '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['a trusted proxy that says nothing', PROXIES, '10.1.2.3', undefined, '10.1.2.3'],
    ['a trusted proxy', PROXIES, '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    [
      'a trusted proxy, and what the caller made up',
      PROXIES,
      '10.1.2.3',
      '1.2.3.4, 203.0.113.9',
      '203.0.113.9',
    ],
    ['a chain of trusted proxies', PROXIES, '10.1.2.3', '1.2.3.4, 203.0.113.9, 192.0.2.1', '203.0.113.9'],
    [
      'an address that looks like a proxy beyond an untrusted one',
      PROXIES,
      '10.1.2.3',
      '10.9.9.9, 203.0.113.9',
      '203.0.113.9',
    ],
    ['trusted proxies alone', PROXIES, '10.1.2.3', '10.0.0.1, 192.0.2.1', '10.0.0.1'],
    ['junk from a trusted proxy', PROXIES, '10.1.2.3', 'unknown', '10.1.2.3'],
    ['junk in the middle', PROXIES, '10.1.2.3', '203.0.113.9, <script>, 192.0.2.1', '192.0.2.1'],
    ['an empty header', PROXIES, '10.1.2.3', '', '10.1.2.3'],
    ['empty entries', PROXIES, '10.1.2.3', '203.0.113.9,,', '10.1.2.3'],
    ['an address with a port', PROXIES, '10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['an IPv6 address', PROXIES, '10.1.2.3', '2001:db8::7', '2001:db8::7'],
    ['an IPv6 address with a port', PROXIES, '10.1.2.3', '[2001:db8::7]:4711', '2001:db8::7'],
    ['an IPv4 address in IPv6 form', PROXIES, '::ffff:10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9'],
    ['a trusted IPv6 network', PROXIES, 'fd00:1::5', '203.0.113.9', '203.0.113.9'],
    ['an IPv6 network that is not trusted', PROXIES, 'fe80::1%eth0', '203.0.113.9', 'fe80::1'],
    ['every address trusted', ['0.0.0.0/0'], '203.0.113.9', '198.51.100.1', '198.51.100.1'],
  ];
  for (const [name, trusted, socket, forwarded, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      expect(addressOf(trusted, socket, forwarded)).to.equal(expected);
    });
  }

  it('is empty when the socket is gone', () => {
    expect(addressOf(PROXIES, undefined, '203.0.113.9')).to.equal('');
  });

  it('does not come from any other header', () => {
    const headers = { 'x-real-ip': '1.2.3.4', 'true-client-ip': '1.2.3.4', forwarded: 'for=1.2.3.4' };
    expect(addressOf(PROXIES, '10.1.2.3', undefined, headers)).to.equal('10.1.2.3');
  });

  for (const bad of [
    'proxy.example',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.0/-1',
  ]) {
    it(`needs proxies that are addresses or networks, so not ${bad}`, () => {
      const options = { ...settingsFor({}), 'server.trusted_proxies': [bad] };
      expect(() => createClientAddresses(options)).to.throw(`server.trusted_proxies: "${bad}"`);
    });
  }

  const networks = [
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
    ['2001:0DB8:0000:0001:ffff::1', '2001:db8:0:1::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['', ''],
  ] as const;
  for (const [address, network] of networks) {
    it(`${address || 'nothing'} is of the network ${network || 'nothing'}`, () => {
      expect(networkOf(address)).to.equal(network);
    });
  }

  describe('of a control plane behind a proxy', () => {
    let fixture: Fixture;
    before(async () => {
      fixture = await startFixture({ 'server.trusted_proxies': ['127.0.0.0/8'] });
    });
    after(() => fixture?.dispose());

    const auditedAs = async (requestId: string): Promise<string> => {
      const headers = { 'X-Request-ID': requestId, 'X-Forwarded-For': '1.2.3.4, 203.0.113.9' };
      await admin(fixture, '/worker-keys', { headers });
      return (await auditOf(fixture, requestId)).sourceAddress;
    };

    it('is where a worker is enrolled from, and where its refusals are counted', async () => {
      const enrol = async (token: string, forwardedFor: string) => {
        const headers = { 'X-Join-Token': token, 'X-Forwarded-For': forwardedFor };
        return (await send(fixture, { path: `${WORKER}/enrol`, headers })).status;
      };
      const { token } = await joinTokenFor(fixture, WORKER);
      const unknown = `${token.slice(0, -4)}0000`;
      for (let n = 0; n < 60; n += 1) await enrol(unknown, '198.51.100.7');
      expect(await enrol(token, '198.51.100.7')).to.equal(429);
      expect(await enrol(token, '203.0.113.9')).to.equal(200);
      const [joined] = items(await admin(fixture, '/join-tokens'));
      expect(joined).to.include({ redeemed_from: '203.0.113.9' });
    });

    it('is what the audit has, until the proxy is trusted no more', async () => {
      expect(await auditedAs('proxied')).to.equal('203.0.113.9');
      fixture.reload({ 'server.trusted_proxies': [] });
      expect(await auditedAs('not-proxied')).to.equal('127.0.0.1');
    });
  });
});
