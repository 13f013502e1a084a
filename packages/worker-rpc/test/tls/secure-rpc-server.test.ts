import { once } from 'node:events';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { createRpcRequestListener, createSecureRpcServer, openTlsCredentials } from '../../src/index.js';
import {
  createCertificates,
  DAY_MS,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '../../src/testing.js';
import { envelope, eventually, rpcToken, spiedMethods, WORKER } from '../worker-fixture.js';
import { type SecureWorker, startSecureWorker } from './secure-worker.js';

type Identity = Pick<IssuedCertificate, 'cert' | 'key'>;

describe('the RPC server by TLS', () => {
  let certificates: TestCertificates;
  let workers: TestAuthority;
  let clients: TestAuthority;
  let workerCertificate: IssuedCertificate;
  let good: IssuedCertificate;
  let worker: SecureWorker;
  const named = ['spiffe://stacyvm/control-plane'];

  before(async () => {
    certificates = await createCertificates();
    workers = await certificates.authority('workers');
    clients = await certificates.authority('clients');
    workerCertificate = await workers.issue({ names: [`DNS:${WORKER}`], usage: 'serverAuth' });
    good = await clients.issue({
      names: ['DNS:cp.example', 'URI:spiffe://stacyvm/control-plane'],
      usage: 'clientAuth',
    });
  });
  beforeEach(async () => {
    worker = await startSecureWorker({
      identity: workerCertificate,
      clientAuthority: clients,
      allowedClientNames: named,
    });
  });
  afterEach(() => worker.close());
  after(() => certificates.remove());

  /** A call with a good token, so that nothing but TLS can be in its way. */
  const call = (identity: Identity | undefined, options: ConnectionOptions = {}): Promise<string> =>
    new Promise((resolve) => {
      const body = JSON.stringify(envelope('worker.status'));
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: worker.port,
          path: '/rpc',
          method: 'POST',
          agent: false,
          ca: workers.cert,
          servername: WORKER,
          headers: { 'x-worker-id': WORKER, 'x-worker-token': rpcToken(), 'content-length': body.length },
          ...(identity && { cert: identity.cert, key: identity.key }),
          ...options,
        },
        (response) => {
          response.setEncoding('utf8');
          let text = '';
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve(`${response.statusCode} ${text}`));
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
      outgoing.end(body);
    });

  /** The refusal is logged with its reason, with where it came from, once, and nothing was done. */
  async function expectRefusal(reason: string): Promise<void> {
    await eventually(() => worker.refusals.length > 0);
    expect(worker.refusals).to.deep.equal([reason]);
    expect(worker.logs.problems()).to.have.length(1);
    expect(worker.logs.problems()[0]).to.include({
      message: 'worker RPC connection refused',
      reason,
      remoteAddress: '127.0.0.1',
    });
    expect(worker.methods.calls).to.deep.equal([]);
  }

  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    describe(version, () => {
      const only: ConnectionOptions = { minVersion: version, maxVersion: version };

      it('serves a client with a certificate', async () => {
        expect(await call(good, only)).to.match(/^200 .*running/);
        expect(worker.refusals).to.deep.equal([]);
      });

      it('refuses a client without one', async () => {
        expect(await call(undefined, only)).to.match(/CERTIFICATE_REQUIRED|EPROTO|ECONNRESET|EPIPE/);
        await expectRefusal('client_certificate_missing');
      });

      const bad: ReadonlyArray<{
        name: string;
        reason: string;
        identity: () => Identity | Promise<Identity>;
      }> = [
        {
          name: 'of another CA',
          reason: 'client_certificate_untrusted',
          identity: () => workers.issue({ names: [`URI:${named[0]}`], usage: 'clientAuth' }),
        },
        {
          name: 'that signed itself',
          reason: 'client_certificate_untrusted',
          identity: async () =>
            (await certificates.authority(`self-${version}`)).issue({ names: [`URI:${named[0]}`] }),
        },
        {
          name: 'that has expired',
          reason: 'client_certificate_expired',
          identity: () =>
            clients.issue({ names: [`URI:${named[0]}`], notAfter: new Date(Date.now() - 60_000) }),
        },
        {
          name: 'that is not valid yet',
          reason: 'client_certificate_not_yet_valid',
          identity: () =>
            clients.issue({
              names: [`URI:${named[0]}`],
              notBefore: new Date(Date.now() + DAY_MS),
              notAfter: new Date(Date.now() + 2 * DAY_MS),
            }),
        },
        {
          name: 'that is for servers',
          reason: 'client_certificate_wrong_purpose',
          identity: () => clients.issue({ names: [`URI:${named[0]}`], usage: 'serverAuth' }),
        },
      ];
      for (const { name, reason, identity } of bad) {
        it(`refuses a certificate ${name}`, async () => {
          expect(await call(await identity(), only)).to.match(/ECONNRESET|EPIPE/);
          await expectRefusal(reason);
        });
      }

      it('refuses the certificate of another name with an answer that says so', async () => {
        const other = await clients.issue({
          names: ['DNS:spiffe', 'URI:spiffe://stacyvm/other'],
          commonName: 'cp',
        });
        expect(await call(other, only)).to.match(/^403 .*client_name_not_allowed/);
        await expectRefusal('client_name_not_allowed');
      });

      it('refuses whoever wants to resume a session without a certificate', async () => {
        const session = await sessionOf(good, only);
        expect(await call(undefined, { ...only, session })).to.not.match(/^2/);
        await expectRefusal('client_certificate_missing');
      });

      it('asks whoever resumes a session for the certificate again', async () => {
        const session = await sessionOf(good, only);
        expect(await call(good, { ...only, session })).to.match(/^200 /);
        const socket = await connected({ ...good, ...only, session });
        expect(socket.isSessionReused()).to.equal(false);
        socket.destroy();
      });
    });
  }

  it('refuses TLS 1.1', async () => {
    const old: ConnectionOptions = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    };
    expect(await call(good, old)).to.equal('EPROTO');
    await expectRefusal('tls_version_unsupported');
  });

  it('refuses plain HTTP', async () => {
    await rejected(fetch(`http://127.0.0.1:${worker.port}/health`));
    await expectRefusal('plain_http');
  });

  it('refuses what is neither', async () => {
    const socket = connectTcp(worker.port, '127.0.0.1', () => socket.write('hello\r\n\r\n'));
    socket.on('error', () => undefined);
    await once(socket.resume(), 'close');
    await expectRefusal('tls_handshake_failed');
  });

  it('says nothing of a connection that only goes away', async () => {
    const socket = connectTcp(worker.port, '127.0.0.1', () => socket.end());
    await once(socket.resume(), 'close');
    expect(await call(good)).to.match(/^200 /);
    expect(worker.logs.problems()).to.deep.equal([]);
  });

  it('asks for a certificate where it tells of its health as well', async () => {
    expect(await call(undefined, { path: '/health', method: 'GET' } as ConnectionOptions)).to.not.match(
      /^200/,
    );
    await expectRefusal('client_certificate_missing');
  });

  it('does not serve a connection whose certificate has expired meanwhile', async () => {
    await worker.close();
    let now = new Date();
    worker = await startSecureWorker({
      identity: workerCertificate,
      clientAuthority: clients,
      clock: () => now,
    });
    expect(await call(good)).to.match(/^200 /);
    worker.methods.calls.length = 0;
    now = new Date(Date.now() + 2 * DAY_MS);
    expect(await call(good)).to.match(/^403 .*client_certificate_expired/);
    await expectRefusal('client_certificate_expired');
  });

  it('takes a chain by way of an intermediate', async () => {
    const between = await clients.issue({ isAuthority: true, commonName: 'between' });
    const below = await certificates.authority('below');
    await below.becomes(between);
    const leaf = await below.issue({ names: [`URI:${named[0]}`], usage: 'clientAuth' });
    const others = clients.cert + between.cert + workers.cert;
    expect(await call({ cert: leaf.cert + between.cert, key: leaf.key })).to.match(/^200 /);
    expect(await call({ cert: leaf.cert + others, key: leaf.key }), 'in no order').to.match(/^200 /);
  });

  it('cannot be made without the CA of its clients', () => {
    const credentials = openTlsCredentials({ identity: { kind: 'rpc_server', ...workerCertificate } });
    const listener = createRpcRequestListener({
      workerId: WORKER,
      methods: spiedMethods(),
      authenticate: () => {
        throw new Error('nobody gets here');
      },
    });
    expect(() => createSecureRpcServer(listener, { credentials })).to.throw(TypeError);
    credentials.close();
  });

  async function connected(options: ConnectionOptions): Promise<TLSSocket> {
    const socket = connectTls({
      host: '127.0.0.1',
      port: worker.port,
      ca: workers.cert,
      servername: WORKER,
      ...options,
    });
    await once(socket, 'secureConnect');
    return socket;
  }

  /** What a client keeps of a connection that was let in. */
  async function sessionOf(identity: Identity, options: ConnectionOptions): Promise<Buffer> {
    const socket = await connected({ ...identity, ...options });
    let session = socket.getSession();
    socket.on('session', (told) => {
      session = told;
    });
    socket.write('GET /health HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    return session!;
  }

  async function rejected(promise: Promise<unknown>): Promise<void> {
    await promise.then(
      () => expect.fail('the call did not fail'),
      () => undefined,
    );
  }
});
