import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  createKeyring,
  createWorkerTokenVerifier,
  deriveWorkerKey,
  inspectWorkerToken,
  mintWorkerToken,
} from '@stacyvm/token';
import { expect } from 'chai';
import {
  type ControlPlaneClient,
  type CredentialSource,
  createClientThumbprints,
  createControlPlaneClient,
  createTokenBinding,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  issuerCredentialSource,
  keyCredentialSource,
  openTlsCredentials,
  serverTlsOptions,
  type TlsCredentials,
} from '../../src/index.js';
import { createCertificates, type TestAuthority, type TestCertificates } from '../../src/testing.js';
import { eventually, MASTER_KEY, WORKER } from '../worker-fixture.js';

const KEY = deriveWorkerKey(MASTER_KEY, WORKER);
const HEARTBEAT = { hostname: 'h', status: 'online', providers: [], capabilities: [], capacity: {} } as const;

describe('bound tokens of a worker', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let server: Server;
  let served: TlsCredentials;
  let shown: TlsCredentials;
  let url: string;
  let now: Date;
  /** Thumbprints of the certificates that heartbeats came by, and those that their tokens were bound to. */
  let bindings: Set<string | undefined>;
  let refusals: string[];
  const clients: ControlPlaneClient[] = [];
  const file = (name: string): string => join(certificates.directory, name);

  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
  });
  after(() => certificates.remove());
  beforeEach(() => {
    now = new Date();
    bindings = new Set();
    refusals = [];
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    shown.close();
    served.close();
    server.closeAllConnections();
    server.close();
  });

  async function rotate(): Promise<void> {
    const { cert, key } = await authority.issue({ names: [`DNS:${WORKER}`], usage: 'clientAuth' });
    await writeFile(file('worker.crt'), cert);
    await writeFile(file('worker.key'), key);
  }

  async function start({ asksForCertificates = true, requireCertificate = false } = {}): Promise<void> {
    await rotate();
    const identity = await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
    const poll = { pollMs: 3_600_000 };
    served = openTlsCredentials(
      {
        identity: { kind: 'server', ...identity },
        authorities: { kind: 'client_ca', file: authority.certFile },
      },
      poll,
    );
    shown = openTlsCredentials(
      {
        identity: { kind: 'client', certFile: file('worker.crt'), keyFile: file('worker.key') },
        authorities: { kind: 'ca', file: authority.certFile },
      },
      poll,
    );
    const endpoint = createWorkerEndpoint({
      authenticate: createWorkerAuthenticator({
        verifier: createWorkerTokenVerifier({
          keyring: createKeyring({ active: MASTER_KEY }),
          audience: 'worker:control-plane',
          requireCertificate,
          clock: () => now,
        }),
      }),
      thumbprintOf: createClientThumbprints(served, () => now),
      onHeartbeat: (_id, _heartbeat, { certificateThumbprint }) => {
        bindings.add(certificateThumbprint);
        return Promise.resolve({ worker: WORKER_RECORD, nextHeartbeatMs: 5_000, drain: false, release: [] });
      },
      onIssueToken: (workerId, { certificateThumbprint }) => {
        const { token, claims } = mintWorkerToken({
          ...{
            key: KEY,
            workerId,
            audience: 'worker:control-plane' as const,
            ttlSeconds: 300,
            certificateThumbprint,
          },
        });
        return Promise.resolve({ token, ...claims });
      },
      onRenewLease: () => Promise.reject(new Error('no lease is renewed here')),
      onRefusal: ({ reason }) => refusals.push(reason),
    });
    server = createServer(
      { ...serverTlsOptions(served.current()), requestCert: asksForCertificates, rejectUnauthorized: false },
      (request, response) => void endpoint(request, response),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const clientWith = (credentials: CredentialSource): ControlPlaneClient => {
    const client = createControlPlaneClient({ baseUrl: url, workerId: WORKER, credentials, tls: shown });
    clients.push(client);
    return client;
  };
  const signing = ({ required = false, warnings = [] as string[] } = {}): CredentialSource =>
    keyCredentialSource({
      key: KEY,
      workerId: WORKER,
      binding: createTokenBinding({
        credentials: shown,
        required,
        clock: () => now,
        onWarning: (message) => warnings.push(message),
      }),
      clock: () => now,
    });
  const boundTo = async (source: CredentialSource): Promise<string | undefined> =>
    inspectWorkerToken((await source.credential()).token).certificateThumbprint;

  const sources: ReadonlyArray<readonly [string, () => CredentialSource]> = [
    ['that it signs itself', () => signing({ required: true })],
    [
      'that it gets issued',
      () =>
        issuerCredentialSource({
          fetchToken: (signal) => clientWith(signing({ required: true })).issueToken({ signal }),
          certificateThumbprint: () => shown.current().thumbprint,
        }),
    ],
  ];
  for (const [name, source] of sources) {
    it(`${name} lose no heartbeat while its certificate changes under load`, async () => {
      await start({ requireCertificate: true });
      const client = clientWith(source());
      const failures: unknown[] = [];
      let beats = 0;
      let over = false;
      const load = Array.from({ length: 4 }, async () => {
        while (!over) {
          await client.heartbeat(HEARTBEAT).catch((error: unknown) => failures.push(error));
          beats += 1;
        }
      });
      const certificatesShown = [shown.current().thumbprint];
      for (let round = 0; round < 4; round += 1) {
        const until = beats + 20;
        await eventually(() => beats >= until);
        await rotate();
        shown.reload();
        certificatesShown.push(shown.current().thumbprint);
      }
      const until = beats + 20;
      await eventually(() => beats >= until);
      over = true;
      await Promise.all(load);
      expect(failures).to.deep.equal([]);
      expect(new Set(certificatesShown).size).to.equal(5);
      expect(bindings).to.deep.equal(new Set(certificatesShown));
    });
  }

  it('are signed anew at once when the certificate changes, and no sooner', async () => {
    await start();
    const source = signing();
    const first = await source.credential();
    expect(await source.credential()).to.deep.equal(first);
    expect(inspectWorkerToken(first.token).certificateThumbprint).to.equal(shown.current().thumbprint);
    await rotate();
    shown.reload();
    const second = await source.credential();
    expect(second).not.to.deep.equal(first);
    expect(inspectWorkerToken(second.token).certificateThumbprint).to.equal(shown.current().thumbprint);
    expect(source.refused?.('token_certificate_mismatch', first.token), 'of a token that is gone').to.equal(
      true,
    );
  });

  describe('of a control plane that asks for no certificates', () => {
    it('are bound to nothing for five minutes, of which the worker warns', async () => {
      await start({ asksForCertificates: false });
      const warnings: string[] = [];
      const source = signing({ warnings });
      const client = clientWith(source);
      await client.heartbeat(HEARTBEAT);
      await client.heartbeat(HEARTBEAT);
      expect(refusals).to.deep.equal(['token_certificate_mismatch']);
      expect(bindings).to.deep.equal(new Set([undefined]));
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('server.tls.client_ca_file');
      now = new Date(now.getTime() + 299_000);
      expect(await boundTo(source)).to.equal(undefined);
      now = new Date(now.getTime() + 1_000);
      expect(await boundTo(source)).to.equal(shown.current().thumbprint);
    });

    it('are bound to another certificate as soon as there is one', async () => {
      await start({ asksForCertificates: false });
      const source = signing();
      await clientWith(source).heartbeat(HEARTBEAT);
      expect(await boundTo(source)).to.equal(undefined);
      await rotate();
      shown.reload();
      expect(await boundTo(source)).to.equal(shown.current().thumbprint);
    });

    it('stay bound, and are refused, where they must be', async () => {
      await start({ asksForCertificates: false });
      const warnings: string[] = [];
      const source = signing({ required: true, warnings });
      const failure = await clientWith(source)
        .heartbeat(HEARTBEAT)
        .then(
          () => 'accepted',
          (error: { readonly reason?: string }) => error.reason,
        );
      expect(failure).to.equal('token_certificate_mismatch');
      expect(await boundTo(source)).to.equal(shown.current().thumbprint);
      expect([refusals.length, warnings.length]).to.deep.equal([1, 0]);
    });
  });

  it('are bound again when another control plane demands it, and not given up at once', async () => {
    await start();
    const source = signing();
    const token = async () => (await source.credential()).token;
    const bound = await token();
    expect(source.refused?.('token_certificate_mismatch', bound)).to.equal(true);
    const unbound = await token();
    expect(inspectWorkerToken(unbound).certificateThumbprint).to.equal(undefined);
    expect(source.refused?.('token_certificate_required', unbound)).to.equal(true);
    expect(await boundTo(source)).to.equal(shown.current().thumbprint);
    expect(source.refused?.('token_certificate_mismatch', await token()), 'no way back and forth').to.equal(
      false,
    );
  });

  it('do not count over a certificate that has expired since its connection was made', async () => {
    await start({ requireCertificate: true });
    const client = clientWith(signing({ required: true }));
    await client.heartbeat(HEARTBEAT);
    now = new Date(now.getTime() + 2 * 86_400_000);
    const reason = await client.heartbeat(HEARTBEAT).then(
      () => 'accepted',
      (error: { reason?: string }) => error.reason,
    );
    expect(reason).to.equal('token_certificate_required');
  });
});

const WORKER_RECORD = {
  id: WORKER,
  hostname: 'h',
  status: 'online',
  providers: [],
  capabilities: [],
  capacity: {},
  lastHeartbeatAt: new Date(),
  createdAt: new Date(),
  updatedAt: new Date(),
  stale: false,
} as const;
