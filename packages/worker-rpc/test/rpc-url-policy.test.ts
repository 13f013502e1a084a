import { lookup } from 'node:dns/promises';
import { expect } from 'chai';
import { createRpcUrlPolicy } from '../src/index.js';
import { failureOf, startWorker, type TestWorker } from './worker-fixture.js';

describe('the policy of RPC URLs', () => {
  const problem = (allowedHosts: readonly string[], url: string, allowedSchemes: readonly string[] = []) =>
    createRpcUrlPolicy({ allowedHosts, allowedSchemes }).problemOf(url);

  const allowed: ReadonlyArray<readonly [hosts: readonly string[], url: string]> = [
    [[], 'http://anything.example:1'],
    [['worker.example'], 'http://worker.example:7430'],
    [['worker.example'], 'https://WORKER.example./'],
    [['Worker.Example'], 'http://worker.example'],
    [['*.example'], 'http://a.b.example'],
    [['bücher.example'], 'http://xn--bcher-kva.example'],
    [['10.1.2.3'], 'http://10.1.2.3:7430'],
    [['10.0.0.0/8'], 'http://10.255.0.1:7430'],
    [['10.0.0.0/8'], 'http://0xa.1'],
    [['10.0.0.0/8'], 'http://[::ffff:10.1.1.1]:7430'],
    [['fd00::/8'], 'http://[fd00::1]:7430'],
    [['fd00::1'], 'http://[fd00:0::1]:7430'],
    [[], 'http://10.1.2.3'],
    [[], 'http://127.0.0.1:7430'],
    [['169.254.7.0/24'], 'http://169.254.7.1'],
    [['fe80::/10'], 'http://[fe80::1]'],
  ];
  for (const [hosts, url] of allowed) {
    it(`lets ${url} pass by [${hosts}]`, () => expect(problem(hosts, url)).to.equal(undefined));
  }

  const refused: ReadonlyArray<readonly [hosts: readonly string[], url: string]> = [
    [['worker.example'], 'http://other.example'],
    [['worker.example'], 'http://worker.example.evil'],
    [['*.example'], 'http://example'],
    [['*.example'], 'http://badexample'],
    [['worker.example'], 'http://10.1.2.3'],
    [['*.1.2.3'], 'http://10.1.2.3'],
    [['10.0.0.0/8'], 'http://11.0.0.1'],
    [['10.0.0.0/8'], 'http://[::1]'],
    [['fd00::/8'], 'http://[fe80::1]'],
    [['worker.example'], 'http://worker.example@evil.example'],
    [[], 'http://169.254.169.254/latest'],
    [[], 'http://2852039166'],
    [[], 'http://[::ffff:169.254.169.254]'],
    [[], 'http://[fe80::1]'],
    [[], 'http://0.0.0.0:6443'],
    [[], 'http://[::]:6443'],
    [[], 'http://224.0.0.1'],
    [['worker.example'], 'http://169.254.169.254'],
    [[], 'ftp://worker.example'],
    [[], 'nothing'],
  ];
  for (const [hosts, url] of refused) {
    it(`stops ${url} by [${hosts}]`, () => expect(problem(hosts, url)).to.be.a('string'));
  }

  it('knows schemes', () => {
    expect(problem([], 'http://a', ['https'])).to.include('allowed_schemes');
    expect(problem([], 'https://a', ['https'])).to.equal(undefined);
  });

  for (const entry of ['', 'a b', 'http://a', '10.0.0.0/33', 'fd00::/129', '*', '*.', 'a:80', '-.-/8'])
    it(`does not take ${JSON.stringify(entry)} for an entry`, () => {
      expect(() => createRpcUrlPolicy({ allowedHosts: [entry] })).to.throw('allowed_hosts');
    });

  it('does not take ftp for a scheme', () => {
    expect(() => createRpcUrlPolicy({ allowedSchemes: ['ftp'] })).to.throw('allowed_schemes');
  });

  describe('at use', () => {
    let worker: TestWorker;
    before(async () => {
      worker = await startWorker();
    });
    after(() => worker.close());

    const call = (allowedHosts: readonly string[], host: string) => {
      const rpcUrl = worker.url.replace('127.0.0.1', host);
      return worker
        .client({ rpcUrl, urlPolicy: createRpcUrlPolicy({ allowedHosts }) })
        .status({ sandboxId: 'sb-1' });
    };

    it('calls a host whose address is listed', async () => {
      expect((await lookup('localhost', { family: 4 })).address).to.equal('127.0.0.1');
      expect((await call(['127.0.0.0/8'], 'localhost')).state).to.equal('running');
    });

    it('does not connect to an address that is not listed', async () => {
      const error = await failureOf(call(['10.0.0.0/8'], 'localhost'));
      expect(error).to.include({
        code: 'unreachable',
        outcome: 'not_executed',
        reason: 'rpc_url_not_allowed',
      });
      expect(error.message).to.include('localhost');
    });

    for (const allowedHosts of [[], ['worker.example'], ['*.example', '10.0.0.0/8']])
      it(`does not follow a name to where no worker is, by [${allowedHosts}]`, async () => {
        let asked = 0;
        const urlPolicy = createRpcUrlPolicy({
          allowedHosts,
          // The name was another address's when it was looked at.
          addressesOf(_name, _options, callback) {
            asked += 1;
            setImmediate(callback, null, [{ address: '169.254.169.254', family: 4 }]);
          },
        });
        const rpcUrl = 'http://worker.example:80';
        expect(urlPolicy.problemOf(rpcUrl)).to.equal(undefined);
        const client = worker.client({ rpcUrl, urlPolicy });
        const error = await failureOf(client.status({ sandboxId: 'sb-1' }));
        expect(error).to.include({ code: 'unreachable', reason: 'rpc_url_not_allowed' });
        expect(asked).to.be.greaterThan(0);
      });

    it('makes no client for a host that is not listed', () => {
      expect(() => call(['worker.example'], '127.0.0.1'))
        .to.throw()
        .that.includes({ code: 'invalid_configuration', reason: 'rpc_url_not_allowed' });
    });
  });
});
