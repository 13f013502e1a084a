import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import {
  createCertificates,
  DAY_MS,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '@stacyvm/worker-rpc/testing';
import { expect } from 'chai';
import type { Json } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';

describe('what a control plane with TLS tells of it', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let fixture: Fixture;
  const at = (name: string): string => join(certificates.directory, name);

  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
    const notAfter = new Date(Date.now() + 5 * DAY_MS);
    put('server', await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth', notAfter }));
    const longer = { notAfter: new Date(Date.now() + 90 * DAY_MS) };
    put('client', await authority.issue({ names: ['DNS:cp'], usage: 'clientAuth', ...longer }));
    fixture = await startFixture({
      'server.tls.enabled': true,
      'server.tls.cert_file': at('server.crt'),
      'server.tls.key_file': at('server.key'),
      'worker.rpc_tls.enabled': true,
      'worker.rpc_tls.ca_file': authority.certFile,
      'worker.rpc_tls.client_cert_file': at('client.crt'),
      'worker.rpc_tls.client_key_file': at('client.key'),
    });
  });

  after(async () => {
    await fixture?.dispose();
    await certificates.remove();
  });

  function put(name: string, { cert, key }: IssuedCertificate): void {
    writeFileSync(at(`${name}.crt`), cert);
    writeFileSync(at(`${name}.key`), key);
  }

  function get(path: string, more: { readonly maxVersion?: 'TLSv1.1' } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${fixture.url}/api/v1${path}`, {
        agent: new Agent({ keepAlive: false }),
        ca: authority.cert,
        headers: { 'x-api-key': fixture.adminKey },
        ...(more.maxVersion && { ...more, minVersion: more.maxVersion, ciphers: 'ALL:@SECLEVEL=0' }),
      });
      outgoing.on('error', reject).on('response', async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(text);
      });
      outgoing.end();
    });
  }
  const metrics = (): Promise<string> => get('/metrics/prometheus');
  const tls = async (): Promise<Json> => (JSON.parse(await get('/admin/diagnostics')) as Json)['tls'] as Json;

  it('metrics: when each certificate ends, by what it is for and the name of its file', async () => {
    const series = (await metrics())
      .split('\n')
      .filter((line) => line.startsWith('stacyvm_tls_certificate_expiry_timestamp_seconds{'))
      .map((line) => /kind="(\w+)",file="([\w.]+)",fingerprint="[0-9a-f]{16}"} (\d+)$/.exec(line)!.slice(1));
    expect(series.map(([kind, file]) => `${kind} ${file}`)).to.deep.equal([
      'server server.crt',
      'rpc_ca ca.crt',
      'rpc_client client.crt',
    ]);
    expect(Number(series[0]?.[2]) * 1000).to.be.closeTo(Date.now() + 5 * DAY_MS, 60_000);
  });

  it('metrics: connections that were refused, by reason', async () => {
    await get('/health', { maxVersion: 'TLSv1.1' }).catch(() => undefined);
    await new Promise((resolve) =>
      httpRequest(fixture.url.replace('https', 'http')).on('error', resolve).end(),
    );
    await eventually(async () => {
      const text = await metrics();
      expect(text).to.match(/^stacyvm_tls_refusals_total\{reason="tls_version_unsupported"\} 1$/m);
      expect(text).to.match(/^stacyvm_tls_refusals_total\{reason="plain_http"\} 1$/m);
    });
  });

  it('diagnostics: the certificates in force, and no directory', async () => {
    const told = await tls();
    expect(told).to.include({ server: true, workers: true });
    expect(told['problems']).to.deep.equal([]);
    const items = told['certificates'] as Json[];
    expect(items.map(({ kind, file }) => `${kind} ${file}`)).to.deep.equal([
      'server server.crt',
      'rpc_client client.crt',
      'rpc_ca ca.crt',
    ]);
    expect(items[0]?.['fingerprint_sha256']).to.match(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
    expect(Date.parse(String(items[0]?.['not_after']))).to.be.closeTo(Date.now() + 5 * DAY_MS, 60_000);
    expect(JSON.stringify(told)).not.to.include(certificates.directory);
  });

  it('log: a warning of what ends soon, and of nothing else', () => {
    const lines = fixture.logs
      .text()
      .split('\n')
      .filter((line) => line.includes('expires soon'));
    expect(lines).to.have.length(2);
    expect(lines[0]).to.include(at('server.crt')).and.include('"days_left":4');
    // Authorities of these tests end after 30 days.
    expect(lines[1]).to.include(authority.certFile);
  });

  it('all: files that are not taken, until they are mended', async () => {
    writeFileSync(at('client.key'), 'no key');
    fixture.reload({});
    const errors = (text: string): readonly string[] =>
      text.split('\n').filter((line) => line.startsWith('stacyvm_tls_material_errors{'));
    expect(errors(await metrics())).to.deep.equal([
      'stacyvm_tls_material_errors{kind="server"} 0',
      'stacyvm_tls_material_errors{kind="rpc_client"} 1',
    ]);
    expect((await tls())['problems']).to.deep.equal([{ kind: 'rpc_client', code: 'key_malformed' }]);

    put('client', await authority.issue({ names: ['DNS:cp'], usage: 'clientAuth' }));
    fixture.reload({});
    expect(errors(await metrics())[1]).to.match(/rpc_client"\} 0$/);
    expect((await tls())['problems']).to.deep.equal([]);
  });
});
