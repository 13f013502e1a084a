import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveWorkerKey } from '@stacyvm/token';
import { createRpcClient, openTlsCredentials, type TlsCredentials } from '@stacyvm/worker-rpc';
import {
  createCertificates,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '@stacyvm/worker-rpc/testing';
import { expect } from 'chai';
import { sendOneHeartbeat } from '../src/one-heartbeat.js';
import { startWorker, type Worker } from '../src/worker.js';
import { eventually } from './eventually.js';
import { captureLogs, type LogCapture } from './log-capture.js';
import { sectionsOf } from './settings-sections.js';
import {
  type Flags,
  type Headquarters,
  secret,
  startHeadquarters,
  WORKER_ID,
  workerSettings,
} from './worker-fixture.js';
import { endWorkerProcesses, startWorkerProcess } from './worker-process.js';

describe('a worker with TLS', () => {
  let certificates: TestCertificates;
  let roots: TestAuthority;
  let strangers: TestAuthority;
  let headquartersCertificate: IssuedCertificate;
  let ownCertificate: IssuedCertificate;
  let controlPlaneCertificate: IssuedCertificate;
  let controlPlane: TlsCredentials;
  let headquarters: Headquarters;
  let worker: Worker | undefined;
  let logs: LogCapture;
  let directory: string;
  const signingKey = secret();
  const key = deriveWorkerKey(signingKey, WORKER_ID);

  before(async () => {
    certificates = await createCertificates();
    roots = await certificates.authority('roots');
    strangers = await certificates.authority('strangers');
    headquartersCertificate = await roots.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
    ownCertificate = await roots.issue({ names: [`DNS:${WORKER_ID}`] });
    controlPlaneCertificate = await roots.issue({ names: ['DNS:control-plane'], usage: 'clientAuth' });
    controlPlane = openTlsCredentials({
      identity: { kind: 'rpc_client', ...controlPlaneCertificate },
      authorities: { kind: 'rpc_ca', file: roots.certFile },
    });
  });
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'stacyvm-worker-tls-'));
    logs = captureLogs();
    const { cert, key: privateKey } = headquartersCertificate;
    headquarters = await startHeadquarters(signingKey, {
      tls: { cert, key: privateKey, ca: roots.cert, requestCert: true, rejectUnauthorized: true },
    });
  });
  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
    await endWorkerProcesses();
    await headquarters.close();
    rmSync(directory, { recursive: true, force: true });
  });
  after(async () => {
    controlPlane.close();
    await certificates.remove();
  });

  const flags = (more: Flags = {}): Flags => ({
    'worker.control_plane_url': headquarters.url,
    'worker.control_plane_ca_file': roots.certFile,
    'worker.control_plane_client_cert_file': ownCertificate.certFile,
    'worker.control_plane_client_key_file': ownCertificate.keyFile,
    'worker.state_dir': join(directory, 'state'),
    'worker.heartbeat_interval': '50ms',
    'providers.bubblewrap.enabled': false,
    'auth.worker_signing_key': key,
    ...more,
  });
  const rpcFlags = (more: Flags = {}): Flags =>
    flags({
      'worker.rpc_tls.enabled': true,
      'worker.rpc_tls.server_cert_file': ownCertificate.certFile,
      'worker.rpc_tls.server_key_file': ownCertificate.keyFile,
      'worker.rpc_tls.client_ca_file': roots.certFile,
      ...more,
    });

  async function start(settings: Flags): Promise<Worker> {
    worker = await startWorker(workerSettings(settings), logs.logger);
    return worker;
  }

  const client = (rpcUrl: string, tls = controlPlane) =>
    createRpcClient({
      workerId: WORKER_ID,
      rpcUrl,
      credential: { kind: 'signed', key },
      tls: { credentials: tls },
    });

  /** What went wrong with a call; undefined when it was answered. */
  async function problemOf(call: Promise<unknown>): Promise<Record<string, unknown> | undefined> {
    return call.then(
      () => undefined,
      (error: Record<string, unknown>) => error,
    );
  }

  describe('towards its control plane', () => {
    it('sends heartbeats by a private CA, with a certificate of its own', async () => {
      await (await start(flags())).registered;
      expect(headquarters.heartbeats).to.not.be.empty;
    });

    it('enrols, and has tokens issued, the same way', async () => {
      const tokenFile = join(directory, 'join-token');
      writeFileSync(tokenFile, headquarters.createJoinToken(WORKER_ID), { mode: 0o600 });
      const { 'auth.worker_signing_key': _, ...withoutKey } = flags();
      const started = await start({
        ...withoutKey,
        'worker.join_token_file': tokenFile,
        'worker.token_source': 'issuer',
      });
      await started.registered;
      expect(headquarters.issued).to.not.be.empty;
    });

    for (const source of ['key', 'issuer'] as const) {
      it(`binds its tokens to its certificate, where they must be (${source})`, async () => {
        await headquarters.close();
        const { cert, key: privateKey } = headquartersCertificate;
        headquarters = await startHeadquarters(signingKey, {
          tls: { cert, key: privateKey, ca: roots.cert, requestCert: true, rejectUnauthorized: true },
          requireCertificate: true,
        });
        await (await start(flags({ 'worker.token_source': source }))).registered;
        expect(headquarters.refusals).to.deep.equal([]);
        expect(headquarters.issued).to.have.length(source === 'issuer' ? 1 : 0);
      });
    }

    it('binds nothing when that is switched off', async () => {
      await headquarters.close();
      // Without client certificates every bound token would be refused.
      const { cert, key: privateKey } = headquartersCertificate;
      headquarters = await startHeadquarters(signingKey, { tls: { cert, key: privateKey } });
      await (await start(flags({ 'auth.worker_token_binding': 'off' }))).registered;
      expect(headquarters.refusals).to.deep.equal([]);
    });

    it('sends one heartbeat the same way', async () => {
      const { signal } = new AbortController();
      await sendOneHeartbeat(workerSettings(flags()), logs.logger, { signal });
      expect(headquarters.heartbeats[0]).to.include({ status: 'offline' });
    });

    it('does not speak with a control plane of another CA', async () => {
      await start(flags({ 'worker.control_plane_ca_file': strangers.certFile }));
      await eventually(() => expect(logs.text()).to.include('"reason":"tls_untrusted"'));
      expect(headquarters.heartbeats).to.be.empty;
    });

    it('does not speak with a control plane of another name', async () => {
      await start(flags({ 'worker.control_plane_url': headquarters.url.replace('127.0.0.1', 'localhost') }));
      await eventually(() => expect(logs.text()).to.include('"reason":"tls_name_mismatch"'));
      expect(headquarters.heartbeats).to.be.empty;
    });

    it('goes on by itself when the CA file is mended', async () => {
      const caFile = join(directory, 'ca.crt');
      writeFileSync(caFile, strangers.cert);
      const started = await start(flags({ 'worker.control_plane_ca_file': caFile }));
      await eventually(() => expect(logs.text()).to.include('"reason":"tls_untrusted"'));
      writeFileSync(caFile, strangers.cert + roots.cert);
      started.reload();
      await started.registered;
    });

    it('does not start with files for TLS and a URL without it', async () => {
      const problem = await problemOf(start(flags({ 'worker.control_plane_url': 'http://127.0.0.1:1' })));
      expect(problem).to.include({ code: 'invalid_configuration' });
    });
  });

  describe('towards whoever calls it', () => {
    it('says https, and serves the control plane', async () => {
      const started = await start(rpcFlags());
      await started.registered;
      expect(started.rpcUrl).to.match(/^https:/);
      expect(headquarters.heartbeats[0]?.capacity.rpc_url).to.equal(started.rpcUrl);
      const rpc = client(started.rpcUrl);
      expect(await problemOf(rpc.status({ sandboxId: 'sb-none' }))).to.include({ code: 'not_found' });
      rpc.close();
    });

    it('serves bound calls alone where they must be bound', async () => {
      const started = await start(rpcFlags({ 'auth.worker_token_binding': 'required' }));
      const rpc = client(started.rpcUrl);
      expect(await problemOf(rpc.status({ sandboxId: 'sb-none' }))).to.include({ code: 'not_found' });
      rpc.close();
      const unbound = createRpcClient({
        workerId: WORKER_ID,
        rpcUrl: started.rpcUrl,
        credential: { kind: 'signed', key },
        tls: { credentials: controlPlane, bindTokens: () => false },
      });
      expect(await problemOf(unbound.status({ sandboxId: 'sb-none' }))).to.include({
        status: 401,
        reason: 'token_certificate_required',
      });
      unbound.close();
    });

    it('serves nobody without a certificate, token or not, and says why', async () => {
      const started = await start(rpcFlags());
      const bare = openTlsCredentials({ authorities: { kind: 'rpc_ca', file: roots.certFile } });
      const rpc = client(started.rpcUrl, bare);
      const problem = await problemOf(rpc.status({ sandboxId: 'sb-none' }));
      expect(problem?.['code']).to.be.oneOf(['unreachable', 'connection_lost']);
      await eventually(() => expect(logs.text()).to.include('"reason":"client_certificate_missing"'));
      rpc.close();
      bare.close();
    });

    it('serves the names that it was told, and no other', async () => {
      const started = await start(rpcFlags({ 'worker.rpc_tls.allowed_client_names': ['DNS-of-another'] }));
      const rpc = client(started.rpcUrl);
      expect(await problemOf(rpc.status({ sandboxId: 'sb-none' }))).to.include({
        code: 'forbidden',
        reason: 'client_name_not_allowed',
        outcome: 'not_executed',
      });
      rpc.close();
      await worker?.stop();
      const second = await start(rpcFlags({ 'worker.rpc_tls.allowed_client_names': ['control-plane'] }));
      const again = client(second.rpcUrl);
      expect(await problemOf(again.status({ sandboxId: 'sb-none' }))).to.include({ code: 'not_found' });
      again.close();
    });

    it('shows a new certificate as soon as it has one', async () => {
      const next = await roots.issue({ names: ['URI:spiffe://stacyvm/worker/worker-1'] });
      const [certFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
      writeFileSync(certFile, ownCertificate.cert);
      writeFileSync(keyFile, ownCertificate.key);
      const started = await start(
        rpcFlags({ 'worker.rpc_tls.server_cert_file': certFile, 'worker.rpc_tls.server_key_file': keyFile }),
      );
      writeFileSync(certFile, next.cert);
      writeFileSync(keyFile, next.key);
      started.reload();
      const rpc = client(started.rpcUrl);
      expect(await problemOf(rpc.status({ sandboxId: 'sb-none' }))).to.include({ code: 'not_found' });
      rpc.close();
      expect(logs.text()).to.include('TLS files changed');
    });

    it('ends in time though a client does not get on with its handshake', async () => {
      const started = await start(rpcFlags());
      const { hostname, port } = new URL(started.rpcUrl);
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      const begun = performance.now();
      await started.stop();
      // Of the 10 s that it would give to calls (worker.shutdown_timeout).
      expect(performance.now() - begun).to.be.lessThan(8_000);
      socket.destroy();
    });
  });

  const unusable: ReadonlyArray<{ name: string; change: () => Flags; message: RegExp }> = [
    {
      name: 'no client CA',
      change: () => rpcFlags({ 'worker.rpc_tls.client_ca_file': '' }),
      message: /worker\.rpc_tls\.client_ca_file/,
    },
    {
      name: 'no key',
      change: () => rpcFlags({ 'worker.rpc_tls.server_key_file': '' }),
      message: /worker\.rpc_tls\.server_key_file/,
    },
    {
      name: 'the key of another certificate',
      change: () => rpcFlags({ 'worker.rpc_tls.server_key_file': controlPlaneCertificate.keyFile }),
      message: /is not the key of the certificate/,
    },
    {
      name: 'an http URL to advertise',
      change: () => rpcFlags({ 'worker.advertise_url': 'http://node-1:7430' }),
      message: /worker\.advertise_url is not https/,
    },
    {
      name: 'half of what it shows the control plane',
      change: () => flags({ 'worker.control_plane_client_key_file': '' }),
      message: /worker\.control_plane_client_cert_file: .*worker\.control_plane_client_key_file/,
    },
  ];
  for (const { name, change, message } of unusable) {
    it(`does not start with ${name}`, async () => {
      expect((await problemOf(start(change())))?.['message']).to.match(message);
    });
  }

  it('warns of its certificates before they end', async () => {
    await start(rpcFlags());
    const warnings = logs
      .text()
      .split('\n')
      .filter((line) => line.includes('expires soon'));
    expect(warnings.filter((line) => line.includes(ownCertificate.certFile))).to.have.length(1);
    expect(warnings[0]).to.include('"days_left":0').and.include('"rpc_server"');
  });

  it('is a program that can be started that way', async () => {
    const configFile = join(directory, 'worker.yaml');
    const keyFile = join(directory, 'key');
    writeFileSync(keyFile, key, { mode: 0o600 });
    const { 'auth.worker_signing_key': _, ...settings } = rpcFlags({
      'auth.worker_signing_key_file': keyFile,
      'worker.id': WORKER_ID,
      'worker.listen_addr': '127.0.0.1:0',
      'providers.mock.enabled': true,
    });
    writeFileSync(configFile, JSON.stringify(sectionsOf(settings)));
    const program = startWorkerProcess('--config', configFile);
    await program.logged(/worker joined/);
    expect(program.logs()).to.include('"rpc_url":"https://127.0.0.1:');
    expect(program.logs()).to.not.include(readFileSync(ownCertificate.keyFile, 'utf8').split('\n')[1]);
    program.signal('SIGTERM');
    expect((await program.ended).code).to.equal(0);
  });
});
