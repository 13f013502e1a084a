import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { openTlsCredentials, type TlsCredentials } from '@stacyvm/worker-rpc';
import {
  createCertificates,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '@stacyvm/worker-rpc/testing';
import { expect } from 'chai';
import { createHttpServer, HTTP_TIMEOUTS, type HttpServer } from '../../src/http-server.js';
import { eventually } from '../eventually.js';

describe('the HTTP server by TLS', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let certificate: IssuedCertificate;
  let credentials: TlsCredentials;
  let http: HttpServer;
  let port: number;
  let refusals: unknown[];
  const sockets: Socket[] = [];
  const certFile = (): string => join(certificates.directory, 'tls.crt');
  const keyFile = (): string => join(certificates.directory, 'tls.key');

  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
    certificate = await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
  });
  beforeEach(() => start());
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    credentials.close();
    http.server.closeAllConnections();
    if (http.server.listening) await new Promise((resolve) => http.server.close(resolve));
  });
  after(() => certificates.remove());

  async function start(clientAuthority?: TestAuthority): Promise<void> {
    put(certificate);
    refusals = [];
    credentials = openTlsCredentials(
      {
        identity: { kind: 'server', certFile: certFile(), keyFile: keyFile() },
        ...(clientAuthority && { authorities: { kind: 'server_client_ca', file: clientAuthority.certFile } }),
      },
      { pollMs: 3_600_000 },
    );
    const logger = {
      warn: (_message: string, fields?: Record<string, unknown>) =>
        void refusals.push([fields?.['reason'], fields?.['remote_address']]),
    };
    http = createHttpServer(
      (incoming, response) => response.end(String((incoming.socket as TLSSocket).authorized)),
      HTTP_TIMEOUTS,
      { credentials, logger },
    );
    http.server.listen(0, '127.0.0.1');
    await once(http.server, 'listening');
    port = (http.server.address() as AddressInfo).port;
  }

  function put({ cert, key }: IssuedCertificate): void {
    writeFileSync(certFile(), cert);
    writeFileSync(keyFile(), key);
  }

  /** Status and text of an answer, or the code of an error. */
  const get = (options: ConnectionOptions & { readonly agent?: Agent | false } = {}): Promise<string> =>
    new Promise((resolve) => {
      request({ host: '127.0.0.1', port, agent: false, ca: authority.cert, ...options }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
        .end();
    });

  async function secureConnection(): Promise<TLSSocket> {
    const socket = connectTls({ host: '127.0.0.1', port, ca: authority.cert });
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  }

  async function tcpConnection(): Promise<Socket> {
    const socket = connectTcp(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  it('serves who knows its CA, without a certificate of their own', async () => {
    expect(await get()).to.equal('200 false');
    expect(await get({ maxVersion: 'TLSv1.2' })).to.equal('200 false');
    expect(refusals).to.deep.equal([]);
  });

  it('refuses plain HTTP and TLS 1.1, and says where they came from', async () => {
    const plain = await tcpConnection();
    plain.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(plain.resume(), 'close');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    expect(await get(old)).to.equal('EPROTO');
    await eventually(() =>
      expect(refusals).to.deep.equal([
        ['plain_http', '127.0.0.1'],
        ['tls_version_unsupported', '127.0.0.1'],
      ]),
    );
  });

  it('answers what is no HTTP by TLS', async () => {
    const socket = await secureConnection();
    socket.write('hello\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer))
      .to.match(/^HTTP\/1.1 400 /)
      .and.include('malformed_request');
  });

  it('shows a new certificate to new connections, and keeps those that are there', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let connections = 0;
    http.server.on('connection', () => {
      connections += 1;
    });
    expect(await get({ agent })).to.equal('200 false');
    const next = await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
    put(next);
    credentials.reload();
    expect(await get({ agent })).to.equal('200 false');
    expect(connections).to.equal(1);
    const socket = await secureConnection();
    expect(socket.getPeerX509Certificate()?.toString()).to.equal(next.cert);
    agent.destroy();
  });

  it('goes on with its certificate while the new one is broken', async () => {
    writeFileSync(certFile(), 'nonsense');
    credentials.reload();
    expect(await get()).to.equal('200 false');
    expect(credentials.lastError()).to.include({ code: 'certificate_malformed' });
  });

  describe('that asks for certificates', () => {
    it('knows those of its CA, and serves others as it serves who has none', async () => {
      const ours = await authority.issue({ names: ['DNS:worker-1'], usage: 'clientAuth' });
      const strangers = await (await certificates.authority('strangers')).issue({ usage: 'clientAuth' });
      credentials.close();
      http.server.close();
      await start(authority);
      expect(await get({ cert: ours.cert, key: ours.key })).to.equal('200 true');
      expect(await get()).to.equal('200 false');
      expect(await get({ cert: strangers.cert, key: strangers.key })).to.equal('200 false');
    });
  });

  it('is drained at once of connections that ask nothing, handshake done or not', async () => {
    await secureConnection();
    const begun = performance.now();
    await tcpConnection();
    const warnings: string[] = [];
    await http.drain(5_000, { warn: (message) => void warnings.push(message) });
    expect(performance.now() - begun).to.be.lessThan(2_000);
    expect(warnings).to.deep.equal([]);
  });
});
