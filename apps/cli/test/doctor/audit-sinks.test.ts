import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { expect } from 'chai';
import type { CheckResult } from '../../src/doctor/run-checks.js';
import { freePort } from '../system.js';
import { type IssuedCertificate, issue } from './certificates.js';
import { createPatient, type Patient, resultOf } from './patient.js';

describe('stacyvm doctor on audit sinks', () => {
  let patient: Patient;
  const servers: Server[] = [];
  beforeEach(() => {
    patient = createPatient();
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    patient.remove();
  });

  const sinkAt = async (sink: string, syslogTls: Record<string, string> = {}): Promise<CheckResult> => {
    const config = JSON.stringify({ audit: { sinks: [sink], syslog_tls: syslogTls } });
    return resultOf(await patient.examine(config), 'audit_sinks.sink_1');
  };
  const listen = async (server: Server, where: number | string = 0): Promise<number> => {
    servers.push(server);
    if (typeof where === 'string') server.listen(where);
    else server.listen(where, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  it('has nothing to look at where there are none, or no control plane', async () => {
    expect(resultOf(await patient.examine('{}'), 'audit_sinks').status).to.equal('skipped');
    const config = JSON.stringify({ audit: { sinks: ['file:/audit.ndjson'] } });
    const worker = await patient.examine(config, { role: 'worker' });
    expect(resultOf(worker, 'audit_sinks').status).to.equal('skipped');
  });

  it('tells whether a file can be written', async () => {
    const file = patient.write('audit.ndjson', '');
    expect(await sinkAt(`file:${file}`)).to.include({ status: 'success', title: `file:${file}` });
    expect((await sinkAt(`file:${file}.new`)).status).to.equal('success');
    expect(await sinkAt(`file:${join(patient.directory, 'missing', 'audit.ndjson')}`))
      .to.include({ status: 'failure' })
      .and.to.have.property('message')
      .that.matches(/missing does not exist$/);
    mkdirSync(join(patient.directory, 'directory'));
    expect((await sinkAt(`file:${join(patient.directory, 'directory')}`)).status).to.equal('failure');
  });

  it('tells whether a syslog server takes connections', async () => {
    const port = await listen(createServer((socket) => socket.resume()));
    expect((await sinkAt(`syslog+tcp://127.0.0.1:${port}`)).status).to.equal('success');
    expect(await sinkAt(`syslog+tcp://127.0.0.1:${await freePort()}`))
      .to.include({ status: 'failure' })
      .and.to.have.property('message')
      .that.includes('ECONNREFUSED');
    const path = join(patient.directory, 'log');
    await listen(createServer(), path);
    chmodSync(path, 0o600);
    expect((await sinkAt(`syslog+unix:${path}`)).status).to.equal('success');
    expect(await sinkAt(`syslog+unix:${path}.other`)).to.include({
      status: 'failure',
      message: `the server: connect ENOENT ${path}.other`,
      advice: 'start the program that listens there, or correct the address',
    });
    expect((await sinkAt('syslog+udp://127.0.0.1')).status).to.equal('success');
    expect((await sinkAt('syslog+udp://nowhere.invalid')).status).to.equal('failure');
  });

  describe('by TLS', () => {
    let authority: IssuedCertificate;
    let server: IssuedCertificate;
    beforeEach(() => {
      const { directory } = patient;
      authority = issue(directory, 'authority', { authority: true });
      server = issue(directory, 'server', { issuer: authority, names: 'DNS:log.internal' });
    });
    const serve = (options: TlsOptions = {}): Promise<number> => {
      const [cert, key] = [readFileSync(server.cert), readFileSync(server.key)];
      const listener = createTlsServer({ cert, key, ...options }, (socket) => {
        socket.on('error', () => {});
        socket.resume();
      });
      return listen(listener);
    };

    it('is content with a server of the authority that carries its name', async () => {
      const sink = `syslog+tls://127.0.0.1:${await serve()}`;
      const right = { ca_file: authority.cert, server_name: 'log.internal' };
      expect(await sinkAt(sink, right)).to.include({ status: 'success' });
      expect((await sinkAt(sink, { ca_file: authority.cert })).message).to.match(/ALTNAME/);
      expect((await sinkAt(sink, { server_name: 'log.internal' })).message).to.match(/UNABLE_TO_VERIFY/);
      expect(await sinkAt(sink, { ca_file: '/nowhere.pem' })).to.include({
        message: '/nowhere.pem cannot be read: ENOENT',
        advice: 'correct the path or the file',
      });
    });

    it('fails where its own certificate is refused after the handshake', async () => {
      const ca = readFileSync(authority.cert);
      const sink = `syslog+tls://127.0.0.1:${await serve({ requestCert: true, rejectUnauthorized: true, ca })}`;
      const right = { ca_file: authority.cert, server_name: 'log.internal' };
      expect((await sinkAt(sink, right)).status).to.equal('failure');
      const own = issue(patient.directory, 'own', { issuer: authority, usage: 'clientAuth' });
      const shown = { ...right, cert_file: own.cert, key_file: own.key };
      expect(await sinkAt(sink, shown)).to.include({ status: 'success' });
    });

    it('examines the certificate that is shown, and the authorities', async () => {
      const own = issue(patient.directory, 'own', { issuer: authority, usage: 'serverAuth' });
      const syslogTls = { ca_file: authority.cert, cert_file: own.cert, key_file: authority.key };
      const config = JSON.stringify({
        audit: { sinks: ['syslog+tls://127.0.0.1:1'], syslog_tls: syslogTls },
      });
      const report = await patient.examine(config);
      const of = (id: string) => resultOf(report, `certificates.audit_syslog_tls_${id}`).status;
      expect(of('ca_file')).to.equal('success');
      expect(of('cert_file.key')).to.equal('failure');
      expect(of('cert_file.purpose')).to.equal('failure');
      expect(of('cert_file.chain')).to.equal('skipped');
      expect(of('cert_file.expiry')).to.equal('success');
    });
  });
});
