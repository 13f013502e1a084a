import { deriveWorkerKey } from '@stacyvm/token';
import {
  createControlPlaneClient,
  keyCredentialSource,
  openTlsCredentials,
  type TlsCredentials,
} from '@stacyvm/worker-rpc';
import {
  createCertificates,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '@stacyvm/worker-rpc/testing';
import { expect } from 'chai';
import { openControlPlaneTls } from '../../src/tls/control-plane-tls.js';
import { type Fixture, type Flags, settingsFor, startFixture } from '../control-plane-fixture.js';
import { captureLogs } from '../log-capture.js';
import { WORKER } from '../worker-calls.js';
import { spawnByTls, startSecureWorker, statusByTls } from './secure-worker.js';

describe('a control plane with TLS', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let serverCertificate: IssuedCertificate;
  let clientCertificate: IssuedCertificate;
  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
    serverCertificate = await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
    clientCertificate = await authority.issue({ names: ['DNS:control-plane'], usage: 'clientAuth' });
  });
  after(() => certificates.remove());

  const flags = (more: Flags = {}): Flags => ({
    'server.tls.enabled': true,
    'server.tls.cert_file': serverCertificate.certFile,
    'server.tls.key_file': serverCertificate.keyFile,
    'worker.rpc_tls.enabled': true,
    'worker.rpc_tls.ca_file': authority.certFile,
    'worker.rpc_tls.client_cert_file': clientCertificate.certFile,
    'worker.rpc_tls.client_key_file': clientCertificate.keyFile,
    ...more,
  });

  describe('that runs', () => {
    let fixture: Fixture;
    let trust: TlsCredentials;
    before(async () => {
      fixture = await startFixture(flags());
      trust = openTlsCredentials({ authorities: { kind: 'control_plane_ca', file: authority.certFile } });
    });
    after(async () => {
      trust?.close();
      await fixture?.dispose();
    });

    const heartbeat = async (rpcUrl: string): Promise<string> => {
      const client = createControlPlaneClient({
        baseUrl: fixture.url,
        workerId: WORKER,
        credentials: keyCredentialSource({
          key: deriveWorkerKey(fixture.signingKey, WORKER),
          workerId: WORKER,
        }),
        tls: trust,
      });
      const beat = {
        hostname: 'here',
        status: 'online',
        providers: ['mock'],
        capabilities: [],
        capacity: { max_sandboxes: 5, rpc_url: rpcUrl },
      };
      try {
        await client.heartbeat(beat);
        return 'accepted';
      } catch (error) {
        return String((error as { reason?: string }).reason);
      } finally {
        client.close();
      }
    };

    it('serves workers by https, and refuses one that would be called in clear', async () => {
      expect(fixture.url).to.match(/^https:/);
      expect(await heartbeat('https://127.0.0.1:1')).to.equal('accepted');
      expect(await heartbeat('http://127.0.0.1:1')).to.equal('rpc_url_not_allowed');
    });

    it('takes other rules of addresses without a restart', async () => {
      fixture.reload({ 'worker_rpc.allowed_hosts': ['*.fleet.example', '10.0.0.0/8'] });
      expect(await heartbeat('https://127.0.0.1:1')).to.equal('rpc_url_not_allowed');
      expect(await heartbeat('https://a.fleet.example:1')).to.equal('accepted');
      fixture.reload({});
      expect(await heartbeat('https://127.0.0.1:1')).to.equal('accepted');
      expect(fixture.logs.text()).to.not.include('need a restart');
    });

    it('gives sandboxes to a worker whose certificate names it', async () => {
      const identity = await authority.issue({ names: [`DNS:${WORKER}`], usage: 'serverAuth' });
      const worker = await startSecureWorker(fixture, identity, authority);
      expect(await heartbeat(worker.url)).to.equal('accepted');
      expect(await spawnByTls(fixture, authority.cert)).to.equal(201);
      expect(worker.spawned).to.have.length(1);
      await worker.close();
    });

    it('gives none to whoever holds the certificate of another worker', async () => {
      const identity = await authority.issue({ names: ['DNS:worker-2'], usage: 'serverAuth' });
      const worker = await startSecureWorker(fixture, identity, authority);
      expect(await heartbeat(worker.url)).to.equal('accepted');
      expect(await spawnByTls(fixture, authority.cert)).to.be.within(502, 503);
      expect(worker.spawned).to.deep.equal([]);
      await worker.close();
    });
  });

  it('without API keys serves the pages of its own address, which are https', async () => {
    const open = await startFixture(flags({ 'auth.api_key': undefined, 'auth.admin_api_key': undefined }));
    const status = (origin: string) => statusByTls(`${open.url}/api/v1/workers`, authority.cert, { origin });
    expect(await status(open.url)).to.equal(200);
    expect(await status(open.url.replace('https', 'http'))).to.equal(403);
    await open.dispose();
  });

  describe('its settings', () => {
    const open = (more: Flags) => openControlPlaneTls(settingsFor(flags(more)), { pollMs: 3_600_000 });

    it('tell metrics of every certificate', () => {
      const tls = open({ 'server.tls.client_ca_file': authority.certFile });
      expect(tls.certificates().map(({ kind }) => kind)).to.deep.equal([
        'server',
        'server_client_ca',
        'rpc_client',
        'rpc_ca',
      ]);
      tls.close();
    });

    it('mean plain HTTP without the switches', () => {
      const tls = open({ 'server.tls.enabled': false, 'worker.rpc_tls.enabled': false });
      expect([tls.server, tls.rpc, tls.certificates()]).to.deep.equal([undefined, undefined, []]);
      tls.close();
    });

    it('are warned of when workers are not verified', () => {
      const logs = captureLogs();
      const settings = settingsFor(
        flags({ 'worker.rpc_tls.insecure_skip_verify': true, 'worker.rpc_tls.ca_file': '' }),
      );
      openControlPlaneTls(settings, { logger: logs.logger }).close();
      expect(logs.text()).to.include('certificates of workers are NOT checked');
    });

    for (const key of [
      'server.tls.cert_file',
      'server.tls.key_file',
      'worker.rpc_tls.ca_file',
      'worker.rpc_tls.client_cert_file',
      'worker.rpc_tls.client_key_file',
    ] as const)
      it(`are refused without ${key}`, () => {
        // Settings that were loaded always have both of a pair; this is what stands behind that.
        const settings = { ...settingsFor(flags()), [key]: '' };
        expect(() => openControlPlaneTls(settings, { logger: captureLogs().logger }))
          .to.throw(key)
          .that.includes({ code: 'not_configured' });
      });
  });
});
