import { once } from 'node:events';
import { createServer, Agent as HttpAgent } from 'node:http';
import { Agent, createServer as createHttpsServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  createKeyring,
  createWorkerTokenVerifier,
  deriveWorkerKey,
  inspectWorkerToken,
  mintWorkerToken,
} from '@stacyvm/token';
import { expect } from 'chai';
import {
  createRpcRequestListener,
  createWorkerAuthenticator,
  type RpcCredential,
  type TlsCredentials,
  WorkerRpcError,
} from '../../src/index.js';
import {
  createCertificates,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '../../src/testing.js';
import { clientThumbprintOf } from '../../src/tls/client-certificate.js';
import { MASTER_KEY, spiedMethods, WORKER } from '../worker-fixture.js';
import { controlPlaneTls, type SecureWorker, startSecureWorker } from './secure-worker.js';

const KEY = deriveWorkerKey(MASTER_KEY, WORKER);

describe('the token of a call', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let worker: SecureWorker;
  let own: IssuedCertificate;
  let ownTls: TlsCredentials;
  let otherTls: TlsCredentials;

  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
    const identity = await authority.issue({ names: [`DNS:${WORKER}`], usage: 'serverAuth' });
    own = await authority.issue({ names: ['DNS:control-plane-1'], usage: 'clientAuth' });
    const other = await authority.issue({ names: ['DNS:control-plane-2'], usage: 'clientAuth' });
    worker = await startSecureWorker({ identity, clientAuthority: authority });
    ownTls = controlPlaneTls(own, authority);
    otherTls = controlPlaneTls(other, authority);
  });
  after(async () => {
    ownTls.close();
    otherTls.close();
    await worker.close();
    await certificates.remove();
  });

  const tokenBoundTo = (credentials: TlsCredentials | undefined): string =>
    mintWorkerToken({
      key: KEY,
      workerId: WORKER,
      audience: 'worker:rpc',
      ttlSeconds: 60,
      certificateThumbprint: credentials?.current().thumbprint,
    }).token;
  /** Presents a token, which may be stolen, over a connection that is made with these. */
  const present = async (token: string, credentials: TlsCredentials): Promise<string> => {
    const client = worker.client({ credential: { kind: 'static', token }, tls: { credentials } });
    return client.status({ sandboxId: 'sb-1' }).then(
      ({ state }) => state,
      (error: unknown) =>
        error instanceof WorkerRpcError ? `${error.status} ${error.reason}` : String(error),
    );
  };

  it('passes over the certificate that it is bound to, and over no other', async () => {
    expect(await present(tokenBoundTo(ownTls), ownTls)).to.equal('running');
    expect(await present(tokenBoundTo(ownTls), otherTls)).to.equal('401 token_certificate_mismatch');
    expect(await present(tokenBoundTo(otherTls), ownTls)).to.equal('401 token_certificate_mismatch');
    expect(await present(tokenBoundTo(undefined), otherTls)).to.equal('running');
  });

  describe('of a client', () => {
    /** What the client of these options sends to somebody who writes it down. */
    async function sentBy(bindTokens?: () => boolean): Promise<string | undefined> {
      let token = '';
      const identity = await authority.issue({ names: [`DNS:${WORKER}`], usage: 'serverAuth' });
      const server = createHttpsServer({ cert: identity.cert, key: identity.key }, (incoming, response) => {
        token = String(incoming.headers['x-worker-token']);
        response.writeHead(503).end();
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const rpcUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const client = worker.client({ rpcUrl, tls: { credentials: ownTls, bindTokens } });
      await client.status({ sandboxId: 'sb-1' }).catch(() => undefined);
      client.close();
      server.closeAllConnections();
      server.close();
      return inspectWorkerToken(token).certificateThumbprint;
    }

    it('is bound to its certificate, unless that is switched off', async () => {
      const { thumbprint } = ownTls.current();
      expect(thumbprint).to.match(/^[\w-]{43}$/);
      expect(await sentBy()).to.equal(thumbprint);
      expect(await sentBy(() => true)).to.equal(thumbprint);
      expect(await sentBy(() => false)).to.equal(undefined);
    });
  });

  it('is refused in clear when it is bound, as whatever stood between may have stolen it', async () => {
    const authenticate = createWorkerAuthenticator({
      workerId: WORKER,
      verifier: createWorkerTokenVerifier({
        keyring: createKeyring({ active: KEY }),
        audience: 'worker:rpc',
      }),
    });
    const server = createServer(
      createRpcRequestListener({ workerId: WORKER, methods: spiedMethods(), authenticate }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const agent = new HttpAgent();
    const presented = (credential: RpcCredential): Promise<unknown> => {
      const client = worker.client({ rpcUrl, agent, credential, tls: { credentials: ownTls } });
      return client.status({ sandboxId: 'sb-1' }).catch((error: WorkerRpcError) => error.reason);
    };
    try {
      expect(await presented({ kind: 'static', token: tokenBoundTo(ownTls) })).to.equal(
        'token_certificate_mismatch',
      );
      // With an agent of its caller a client does not know what its connections show: it binds to nothing.
      expect(await presented({ kind: 'signed', key: KEY })).to.include({ state: 'running' });
    } finally {
      agent.destroy();
      server.close();
    }
  });
});

describe('the client certificate of a session that is taken up again', () => {
  let certificates: TestCertificates;

  before(async () => {
    certificates = await createCertificates();
  });
  after(() => certificates.remove());

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`counts as none, even on a server that resumes sessions (${version})`, async () => {
      const authority = await certificates.authority(`root-${version}`);
      const identity = await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
      const owner = await authority.issue({ names: ['DNS:worker-a'], usage: 'clientAuth' });
      const seen: unknown[] = [];
      const { cert, key } = identity;
      const server = createHttpsServer(
        { cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: false },
        (incoming, response) => {
          const socket = incoming.socket as TLSSocket;
          seen.push([
            socket.isSessionReused(),
            socket.authorized,
            clientThumbprintOf(incoming) !== undefined,
          ]);
          response.end();
        },
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const options = {
        host: '127.0.0.1',
        port,
        ca: authority.cert,
        minVersion: version,
        maxVersion: version,
      };
      try {
        const agent = new Agent({ keepAlive: false });
        const ask = async (more: object): Promise<Buffer | undefined> => {
          const outgoing = request({ ...options, agent, ...more });
          let session: Buffer | undefined;
          outgoing.on('socket', (socket) => {
            socket.on('session', (ticket: Buffer) => {
              session = ticket;
            });
          });
          outgoing.end();
          const [response] = await once(outgoing, 'response');
          response.resume();
          await once(response, 'close');
          return session;
        };
        const session = await ask({ cert: owner.cert, key: owner.key });
        expect(session, 'a session to take up').to.be.instanceOf(Buffer);
        const thief = connectTls({ ...options, session });
        await once(thief, 'secureConnect');
        thief.end('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
        thief.resume();
        await once(thief, 'close');
      } finally {
        server.closeAllConnections();
        server.close();
      }
      expect(seen).to.deep.equal([
        [false, true, true],
        [true, true, false],
      ]);
    });
  }
});
