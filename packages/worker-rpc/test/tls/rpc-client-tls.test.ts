import { randomBytes } from 'node:crypto';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { RpcClientOptions, RpcClientTls, TlsCredentials } from '../../src/index.js';
import {
  createCertificates,
  DAY_MS,
  type IssuedCertificate,
  type IssueOptions,
  type TestAuthority,
  type TestCertificates,
} from '../../src/testing.js';
import { memoryFiles } from '../files/memory-files.js';
import { failureOf, WORKER } from '../worker-fixture.js';
import { controlPlaneTls, type SecureWorker, startSecureWorker } from './secure-worker.js';

const SANDBOX = { sandboxId: 'sb-1' };

describe('the RPC client by TLS', () => {
  let certificates: TestCertificates;
  let workers: TestAuthority;
  let clients: TestAuthority;
  let identity: IssuedCertificate;
  let credentials: TlsCredentials;
  let worker: SecureWorker | undefined;

  before(async () => {
    certificates = await createCertificates();
    workers = await certificates.authority('workers');
    clients = await certificates.authority('clients');
    identity = await clients.issue({ names: ['DNS:cp'], usage: 'clientAuth' });
    credentials = controlPlaneTls(identity, workers);
  });
  afterEach(async () => {
    await worker?.close();
    worker = undefined;
  });
  after(async () => {
    credentials.close();
    await certificates.remove();
  });

  async function start(options: IssueOptions): Promise<SecureWorker> {
    const certificate = await workers.issue({ usage: 'serverAuth', ...options });
    worker = await startSecureWorker({ identity: certificate, clientAuthority: clients });
    return worker;
  }

  const state = async (
    options: IssueOptions,
    tls: Partial<RpcClientTls> = {},
    more: Pick<Partial<RpcClientOptions>, 'rpcUrl'> = {},
  ): Promise<string> => {
    const client = (await start(options)).client({ tls: { credentials, ...tls }, ...more });
    return (await client.status(SANDBOX)).state;
  };

  it('carries a large file once the worker has let the call in', async () => {
    const files = memoryFiles();
    const certificate = await workers.issue({ usage: 'serverAuth', names: [`DNS:${WORKER}`] });
    worker = await startSecureWorker({ identity: certificate, clientAuthority: clients, files });
    const content = randomBytes(3_000_000);
    async function* source(): AsyncGenerator<Uint8Array> {
      yield content;
    }
    const client = worker.client({ tls: { credentials } });
    expect(await client.files.write({ ...SANDBOX, path: '/w' }, source())).to.equal(content.length);
    expect(files.contents.get('/w')?.equals(content)).to.equal(true);
  });

  const accepted: ReadonlyArray<{ name: string; names: readonly string[]; tls?: Partial<RpcClientTls> }> = [
    { name: 'the worker as a DNS name', names: [`DNS:${WORKER}`] },
    { name: 'the worker in a SPIFFE id', names: [`URI:spiffe://stacyvm.example/pool/worker/${WORKER}`] },
    { name: 'the worker among others', names: ['DNS:host.example', 'IP:10.1.2.3', `DNS:${WORKER}`] },
    {
      name: 'the configured name',
      names: ['DNS:workers.example'],
      tls: { serverName: 'workers.example' },
    },
    {
      name: 'the configured name by a wildcard',
      names: ['DNS:*.fleet.example'],
      tls: { serverName: 'workers.fleet.example' },
    },
    { name: 'the configured address', names: ['IP:10.1.2.3'], tls: { serverName: '10.1.2.3' } },
  ];
  for (const { name, names, tls } of accepted) {
    it(`calls a worker whose certificate names ${name}`, async () => {
      expect(await state({ names }, tls)).to.equal('running');
    });
  }

  const refused: ReadonlyArray<{
    name: string;
    reason: string;
    issue: IssueOptions;
    tls?: Partial<RpcClientTls>;
  }> = [
    { name: 'another worker', reason: 'tls_name_mismatch', issue: { names: ['DNS:worker-b'] } },
    { name: 'the host of the URL alone', reason: 'tls_name_mismatch', issue: { names: ['IP:127.0.0.1'] } },
    { name: 'every worker', reason: 'tls_name_mismatch', issue: { names: ['DNS:*'] } },
    {
      name: 'the worker as a common name alone',
      reason: 'tls_name_mismatch',
      issue: { commonName: WORKER },
    },
    {
      name: 'the worker, where a name is configured',
      reason: 'tls_name_mismatch',
      issue: { names: [`DNS:${WORKER}`] },
      tls: { serverName: 'workers.example' },
    },
    {
      name: 'the configured name as a common name alone',
      reason: 'tls_name_mismatch',
      issue: { commonName: 'workers.example', names: ['URI:spiffe://x/y'] },
      tls: { serverName: 'workers.example' },
    },
    {
      name: 'the worker and has expired',
      reason: 'tls_certificate_expired',
      issue: { names: [`DNS:${WORKER}`], notAfter: new Date(Date.now() - 60_000) },
    },
    {
      name: 'the worker and is not valid yet',
      reason: 'tls_certificate_not_yet_valid',
      issue: {
        names: [`DNS:${WORKER}`],
        notBefore: new Date(Date.now() + DAY_MS),
        notAfter: new Date(Date.now() + 2 * DAY_MS),
      },
    },
    {
      name: 'the worker and is for clients',
      reason: 'tls_untrusted',
      issue: { names: [`DNS:${WORKER}`], usage: 'clientAuth' },
    },
  ];
  for (const { name, reason, issue, tls } of refused) {
    it(`does not send a call to a worker whose certificate names ${name}`, async () => {
      const error = await failureOf(state(issue, tls));
      expect(error).to.include({ code: 'unreachable', outcome: 'not_executed', reason });
      expect(worker?.methods.calls).to.deep.equal([]);
    });
  }

  it('says which names a wrong certificate has', async () => {
    const error = await failureOf(state({ names: ['DNS:worker-b'] }));
    expect(error.message).to.include(`the certificate names worker-b, not ${WORKER}`);
  });

  it('does not send a call to a worker of another CA', async () => {
    const secure = await start({ names: [`DNS:${WORKER}`] });
    const others = controlPlaneTls(identity, clients);
    const error = await failureOf(secure.client({ tls: { credentials: others } }).status(SANDBOX));
    expect(error).to.include({ code: 'unreachable', outcome: 'not_executed', reason: 'tls_untrusted' });
    others.close();
  });

  it('tells that the worker does not take its certificate, and that nothing was done', async () => {
    const secure = await start({ names: [`DNS:${WORKER}`] });
    const nameless = controlPlaneTls(undefined, workers);
    const error = await failureOf(secure.client({ tls: { credentials: nameless } }).status(SANDBOX));
    expect(error.code).to.be.oneOf(['unreachable', 'connection_lost']);
    if (error.code === 'unreachable') expect(error).to.include({ reason: 'tls_refused' });
    expect(secure.refusals).to.deep.equal(['client_certificate_missing']);
    nameless.close();
  });

  it('does not speak with a worker that has no TLS', async () => {
    const secure = await start({ names: [`DNS:${WORKER}`] });
    expect(() => secure.client({ tls: { credentials }, rpcUrl: `http://127.0.0.1:${secure.port}` }))
      .to.throw()
      .that.includes({ code: 'invalid_configuration', outcome: 'not_executed', reason: 'rpc_url_not_https' });
  });

  it('does not speak TLS 1.1', async () => {
    const certificate = await workers.issue({ names: [`DNS:${WORKER}`], usage: 'serverAuth' });
    const server = createTlsServer({
      ...{ cert: certificate.cert, key: certificate.key },
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const rpcUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const secure = await start({ names: [`DNS:${WORKER}`] });
    const error = await failureOf(secure.client({ tls: { credentials }, rpcUrl }).status(SANDBOX));
    expect(error).to.include({ code: 'unreachable', reason: 'tls_protocol' });
    server.close();
  });

  describe('without verification', () => {
    const skip = { insecureSkipVerify: true };

    it('calls a worker on this machine whatever its certificate', async () => {
      expect(await state({ names: ['DNS:worker-b'] }, skip)).to.equal('running');
    });

    it('makes no client for a worker elsewhere', async () => {
      const rpcUrl = 'https://worker.example:7430';
      expect(await failureOf(state({}, skip, { rpcUrl }))).to.include({
        code: 'invalid_configuration',
        reason: 'tls_verification_required',
      });
    });
  });

  it('makes a hundred calls by one connection', async () => {
    const secure = await start({ names: [`DNS:${WORKER}`] });
    const client = secure.client({ tls: { credentials } });
    for (let call = 0; call < 100; call += 1) await client.status(SANDBOX);
    expect(secure.methods.calls).to.have.length(100);
    expect(secure.connections()).to.equal(1);
  });
});
