import { readFileSync, writeFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';
import { openTlsCredentials, type TlsCredentials } from '@stacyvm/worker-rpc';
import {
  createCertificates,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '@stacyvm/worker-rpc/testing';
import { expect } from 'chai';
import { openSinks } from '../../../src/audit/sinks/open-sinks.js';
import { openControlPlaneTls } from '../../../src/tls/control-plane-tls.js';
import { settingsFor } from '../../control-plane-fixture.js';
import { eventually } from '../../eventually.js';
import { sampleRecords } from './sample-records.js';
import { type SyslogServer, startSyslogServer } from './syslog-server.js';

const RECORDS = sampleRecords(3);

describe('an audit sink that is a syslog server by TLS (RFC 5425)', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let other: TestAuthority;
  let ofServer: IssuedCertificate;
  let ofClient: IssuedCertificate;
  let server: SyslogServer;
  const credentials: TlsCredentials[] = [];
  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
    other = await certificates.authority('other');
    ofServer = await authority.issue({ names: ['IP:127.0.0.1', 'DNS:logs.example'], usage: 'serverAuth' });
    ofClient = await authority.issue({ names: ['DNS:control-plane'], usage: 'clientAuth' });
  });
  after(() => certificates?.remove());
  afterEach(async () => {
    for (const each of credentials.splice(0)) each.close();
    await server.leave();
  });

  const serve = async (more: TlsOptions = {}): Promise<void> => {
    server = await startSyslogServer({ tls: { cert: ofServer.cert, key: ofServer.key, ...more } });
  };
  const open = (
    caFile: string,
    { serverName, settleMs = 200 }: { serverName?: string; settleMs?: number } = {},
    client?: IssuedCertificate,
  ) => {
    const opened = openTlsCredentials({
      authorities: { kind: 'syslog_ca', file: caFile },
      ...(client && {
        identity: { kind: 'syslog_client', certFile: client.certFile, keyFile: client.keyFile },
      }),
    });
    credentials.push(opened);
    const syslogTls = { credentials: opened, ...(serverName === undefined ? {} : { serverName }) };
    const [sink] = openSinks([`syslog+tls://127.0.0.1:${server.port}`], {
      syncFiles: true,
      syslogTls,
      streams: { settleMs },
    });
    return { sink: sink!, opened };
  };
  const deliver = async (sink: ReturnType<typeof open>['sink'], records = RECORDS): Promise<string> => {
    try {
      await sink.send(records);
      await sink.settle();
      return 'arrived';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  };

  it('gets counted messages when its certificate leads to the authority', async () => {
    await serve();
    for (const options of [{}, { serverName: 'logs.example' }]) {
      const { sink } = open(authority.certFile, options);
      expect(await deliver(sink)).to.equal('arrived');
      await sink.close();
    }
    await eventually(() => expect(server.records).to.deep.equal([...RECORDS, ...RECORDS]));
  });

  it('gets nothing when it is another one', async () => {
    await serve();
    const strangers = [
      open(other.certFile).sink,
      open(authority.certFile, { serverName: 'other.example' }).sink,
      open(authority.certFile, { serverName: '192.0.2.7' }).sink,
    ];
    const failures = [];
    for (const sink of strangers) failures.push(await deliver(sink));
    expect(failures).to.deep.equal([
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ]);
    expect(server.messages).to.deep.equal([]);
  });

  it('gets nothing by a version of TLS before 1.2', async () => {
    await serve({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' });
    expect(await deliver(open(authority.certFile).sink)).to.match(/^ERR_SSL_|^ECONNRESET/);
  });

  it('is shown the certificate of the control plane; that it is missed is told after the handshake', async () => {
    await serve({ requestCert: true, ca: authority.cert });
    const { sink } = open(authority.certFile, {}, ofClient);
    expect(await deliver(sink)).to.equal('arrived');
    await sink.close();
    // It is told as soon as the server has looked, however long that takes.
    const refused = open(authority.certFile, { settleMs: 10_000 }).sink;
    expect(await deliver(refused)).not.to.equal('arrived');
    expect(server.messages).to.have.length(3);
  });

  it('is spoken to anew when the files change, after what was sent has settled', async () => {
    await serve({ requestCert: true, ca: [authority.cert] });
    const caFile = `${authority.certFile}.copy`;
    writeFileSync(caFile, readFileSync(authority.certFile));
    const { sink, opened } = open(caFile, {}, ofClient);
    await sink.send(RECORDS.slice(0, 1));
    writeFileSync(caFile, other.cert + authority.cert);
    opened.reload();
    expect(await deliver(sink, RECORDS.slice(1))).to.equal('arrived');
    await eventually(() => expect([server.accepted(), server.records]).to.deep.equal([2, RECORDS]));
    writeFileSync(caFile, other.cert);
    opened.reload();
    expect(await deliver(sink)).to.equal('SELF_SIGNED_CERT_IN_CHAIN');
    await sink.close();
  });

  it('is spoken to with what the settings name, which is there only when a sink needs it', async () => {
    await serve();
    const files = {
      'audit.syslog_tls.ca_file': authority.certFile,
      'audit.syslog_tls.cert_file': ofClient.certFile,
      'audit.syslog_tls.key_file': ofClient.keyFile,
      'audit.syslog_tls.server_name': 'logs.example',
    };
    const withSinks = (sinks: readonly string[]) =>
      openControlPlaneTls(settingsFor({ ...files, 'audit.sinks': sinks }), {});
    const none = withSinks(['file:/var/log/audit']);
    expect([none.syslog, none.certificates()]).to.deep.equal([undefined, []]);
    none.close();
    const name = `syslog+tls://127.0.0.1:${server.port}`;
    const tls = withSinks([name]);
    expect(tls.certificates().map(({ kind }) => kind)).to.deep.equal(['syslog_client', 'syslog_ca']);
    expect(tls.materials()).to.deep.equal([{ kind: 'syslog_client', problem: undefined }]);
    const [sink] = openSinks([name], { syncFiles: true, syslogTls: tls.syslog });
    expect(await deliver(sink!)).to.equal('arrived');
    await sink!.close();
    tls.close();
  });
});
