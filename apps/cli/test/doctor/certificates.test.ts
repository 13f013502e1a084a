import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CheckResult } from '../../src/doctor/run-checks.js';
import { type CertificateWishes, type IssuedCertificate, issue } from './certificates.js';
import { createPatient, type Patient, resultOf } from './patient.js';

describe('stacyvm doctor on certificates', () => {
  let patient: Patient;
  let authority: IssuedCertificate;
  let worker: IssuedCertificate;
  let controlPlane: IssuedCertificate;

  before(() => {
    patient = createPatient();
    const { directory } = patient;
    authority = issue(directory, 'authority', { authority: true });
    worker = issue(directory, 'worker', { issuer: authority, names: 'DNS:worker-a', usage: 'serverAuth' });
    controlPlane = issue(directory, 'control-plane', {
      issuer: authority,
      names: 'DNS:control-plane',
      usage: 'clientAuth',
    });
  });
  after(() => patient.remove());

  const workerYaml = (cert: IssuedCertificate, more: Record<string, unknown> = {}): string =>
    JSON.stringify({
      worker: {
        id: 'worker-a',
        listen_addr: '127.0.0.1:0',
        rpc_tls: {
          enabled: true,
          server_cert_file: cert.cert,
          server_key_file: cert.key,
          client_ca_file: authority.cert,
          ca_file: authority.cert,
          client_cert_file: controlPlane.cert,
          client_key_file: controlPlane.key,
          ...more,
        },
      },
    });
  const check = async (
    id: string,
    cert: IssuedCertificate,
    more = {},
    clock?: () => Date,
  ): Promise<CheckResult> => {
    const report = await patient.examine(workerYaml(cert, more), {
      role: 'worker',
      ...(clock === undefined ? {} : { clock }),
    });
    return resultOf(report, `certificates.worker_rpc_tls_server_cert_file${id === '' ? '' : `.${id}`}`);
  };
  const made = (name: string, wishes: CertificateWishes): IssuedCertificate =>
    issue(patient.directory, name, { issuer: authority, names: 'DNS:worker-a', ...wishes });

  it('is content with one that is right', async () => {
    const result = await check('', worker);
    expect(result.checks.map(({ id, status }) => [id.split('.').at(-1), status])).to.deep.equal([
      ['expiry', 'success'],
      ['key', 'success'],
      ['names', 'success'],
      ['purpose', 'success'],
      ['chain', 'success'],
    ]);
  });

  it('is content with a SPIFFE id, with the one name of all workers, and with intermediates', async () => {
    const spiffe = made('spiffe', { names: 'URI:spiffe://fleet/worker/worker-a' });
    expect((await check('names', spiffe)).status).to.equal('success');
    const shared = made('shared', { names: 'DNS:workers.internal' });
    expect((await check('names', shared, { server_name: 'workers.internal' })).status).to.equal('success');
    const intermediate = made('intermediate', { authority: true });
    const below = issue(patient.directory, 'below', { issuer: intermediate, names: 'DNS:worker-a' });
    expect((await check('chain', below)).status).to.equal('failure');
    const chained = { ...below, cert: join(patient.directory, 'chained.pem') };
    writeFileSync(chained.cert, readFileSync(below.cert, 'utf8') + readFileSync(intermediate.cert, 'utf8'));
    expect((await check('chain', chained)).status).to.equal('success');
  });

  it('fails the names of others', async () => {
    for (const names of [
      'DNS:worker-b',
      'DNS:*.internal',
      'URI:spiffe://fleet/worker/worker-a/x',
      'DNS:worker-ab',
    ]) {
      expect((await check('names', made('other', { names }))).status, names).to.equal('failure');
    }
    expect((await check('names', worker, { server_name: 'workers.internal' })).status).to.equal('failure');
  });

  it('fails another key, another purpose and another authority', async () => {
    expect((await check('key', { ...worker, key: controlPlane.key })).status).to.equal('failure');
    expect((await check('purpose', made('client', { usage: 'clientAuth' }))).status).to.equal('failure');
    const foreign = issue(patient.directory, 'foreign', { authority: true });
    expect((await check('chain', worker, { ca_file: foreign.cert })).status).to.equal('failure');
  });

  it('warns of one that ends soon, fails one that ended and one that has not begun', async () => {
    const inDays = (days: number) => () => new Date(Date.now() + days * 86_400_000);
    expect((await check('expiry', worker, {}, inDays(59))).status).to.equal('success');
    expect((await check('expiry', worker, {}, inDays(61))).status).to.equal('warning');
    expect((await check('expiry', worker, {}, inDays(91))).status).to.equal('failure');
    expect((await check('expiry', worker, {}, inDays(-1))).status).to.equal('failure');
  });

  it('fails files that are missing or hold something else', async () => {
    const missing = { cert: join(patient.directory, 'missing.pem'), key: worker.key };
    expect((await check('', missing)).message).to.match(/ENOENT/);
    const text = { cert: patient.write('text.pem', 'no certificate'), key: worker.key };
    expect((await check('', text)).message).to.match(/no certificate in PEM/);
    const noKey = { ...worker, key: patient.write('no.key', 'no key') };
    expect((await check('key', noKey)).message).to.match(/no private key/);
  });

  it('fails a control plane whose name the worker does not allow', async () => {
    const more = { allowed_client_names: ['other'] };
    const report = await patient.examine(workerYaml(worker, more), { role: 'control-plane' });
    const id = 'certificates.worker_rpc_tls_client_cert_file.names';
    expect(resultOf(report, id).status).to.equal('failure');
  });

  it('warns when a file of authorities holds another certificate', async () => {
    const report = await patient.examine(workerYaml(worker, { client_ca_file: worker.cert }), {
      role: 'worker',
    });
    expect(resultOf(report, 'certificates.worker_rpc_tls_client_ca_file').status).to.equal('warning');
  });

  describe('of a worker that runs', () => {
    const called = async (
      cert: IssuedCertificate,
      options: ServerOptions = {},
      more: Record<string, unknown> = {},
    ): Promise<readonly [call: CheckResult, port: CheckResult]> => {
      const server = createServer(
        {
          cert: readFileSync(cert.cert),
          key: readFileSync(cert.key),
          ca: readFileSync(authority.cert),
          requestCert: true,
          rejectUnauthorized: true,
          ...options,
        },
        (_request, response) => {
          response.end('{"status":"ok"}');
        },
      );
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      try {
        const listen = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        const yaml = JSON.parse(workerYaml(cert, more)) as { worker: Record<string, unknown> };
        yaml.worker['listen_addr'] = listen;
        const report = await patient.examine(JSON.stringify(yaml), { role: 'worker' });
        return [resultOf(report, 'worker.rpc'), resultOf(report, 'ports.worker')];
      } finally {
        server.closeAllConnections();
        server.close();
      }
    };

    it('is called by mutual TLS, and its port is known by its certificate', async () => {
      const [call, port] = await called(worker);
      expect(call).to.include({ status: 'success' });
      expect(call.message).to.match(/its certificate names it$/);
      expect(port.message).to.match(/is held by a worker$/);
    });

    it('fails under the name of another and from a foreign authority', async () => {
      const [wrongName] = await called(made('other', { names: 'DNS:worker-b' }));
      expect(wrongName.message).to.match(/names DNS:worker-b, not worker-a/);
      const foreign = issue(patient.directory, 'self-signed', { names: 'DNS:worker-a' });
      const [untrusted] = await called(foreign);
      expect(untrusted).to.include({ status: 'failure' });
      expect(untrusted.advice).to.match(/does not come from an authority/);
    });

    it('fails when the worker does not take the certificate of the control plane', async () => {
      const foreign = issue(patient.directory, 'foreign', { authority: true });
      const [refused] = await called(worker, { ca: readFileSync(foreign.cert) });
      expect(refused.status).to.equal('failure');
    });

    it('knows a port that is held with another certificate', async () => {
      const server = createServer({
        cert: readFileSync(controlPlane.cert),
        key: readFileSync(controlPlane.key),
      });
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      const yaml = JSON.parse(workerYaml(worker)) as { worker: Record<string, unknown> };
      yaml.worker['listen_addr'] = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const report = await patient.examine(JSON.stringify(yaml), { role: 'worker' });
      expect(resultOf(report, 'ports.worker').status).to.equal('failure');
      server.closeAllConnections();
      server.close();
    });
  });
});
