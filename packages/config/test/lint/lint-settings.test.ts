import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LINT_RULES, type LintOptions, lintSettings, unknownRules } from '../../src/lint/index.js';
import { certificate, privateKey } from './certificates.js';
import { type Configuration, inDirectory, loadConfiguration, strongSecret } from './configuration.js';

/** What an operator who has done everything would write. */
const SOUND: Configuration = {
  settings: {
    'server.cors_allowed_origins': ['https://console.mycompany.net'],
    'server.tls.enabled': true,
    'server.tls.cert_file': 'server.pem',
    'server.tls.key_file': 'server.key',
    'rate_limit.enabled': true,
    'auth.enabled': true,
    'auth.api_key_file': 'api',
    'auth.admin_api_key_file': 'admin',
    'auth.admin_audit_retention': '2160h',
    'auth.worker_signing_key_file': 'signing',
    'auth.worker_key_scope': 'derived',
    'audit.signing_key_file': 'audit',
    'database.dsn_file': 'dsn',
    'defaults.max_sandboxes': 100,
    'defaults.max_sandboxes_per_owner': 10,
    'defaults.default_exec_timeout': '30s',
    'worker_rpc.allowed_hosts': ['*.workers.mycompany.net'],
    'worker_rpc.allowed_schemes': ['https'],
    'worker.rpc_tls.enabled': true,
    'worker.rpc_tls.ca_file': 'ca.pem',
    'worker.rpc_tls.client_cert_file': 'client.pem',
    'worker.rpc_tls.client_key_file': 'client.key',
    'worker.rpc_tls.client_ca_file': 'ca.pem',
    'worker.rpc_tls.server_cert_file': 'worker.pem',
    'worker.rpc_tls.server_key_file': 'worker.key',
    'worker.id': 'worker-a',
    'worker.listen_addr': '0.0.0.0:7430',
    'worker.control_plane_url': 'https://stacyvm.mycompany.net',
  },
  files: {
    api: strongSecret('api'),
    admin: strongSecret('admin'),
    signing: strongSecret('signing'),
    audit: String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
    dsn: `postgres://stacyvm:${strongSecret('dsn')}@db.mycompany.net/stacyvm?sslmode=verify-full`,
    'ca.pem': certificate('authority'),
    'server.pem': certificate('server'),
    'server.key': privateKey('server'),
    'client.pem': certificate('client'),
    'client.key': privateKey('client'),
    'worker.pem': certificate('worker'),
    'worker.key': privateKey('worker'),
  },
};

const lint = (options: Partial<LintOptions>, configuration: Configuration = {}) =>
  inDirectory((directory) =>
    lintSettings(loadConfiguration(directory, configuration), { production: true, ...options }),
  );

describe('lintSettings', () => {
  it('has nothing to say of a sound configuration but that it passes', () => {
    const { findings, summary } = lint({}, SOUND);
    expect(findings.filter(({ status }) => status !== 'pass')).to.deep.equal([]);
    expect(summary).to.deep.equal({ pass: findings.length, warn: 0, fail: 0, ignored: 0 });
    expect(findings).to.have.length.greaterThan(50);
  });

  it('speaks in the order of the rules', () => {
    const order = LINT_RULES.map(({ id }) => id);
    const positions = lint({}, SOUND).findings.map(({ id }) => order.indexOf(id));
    expect(positions).to.deep.equal(positions.toSorted((a, b) => a - b));
  });

  it('says the same again', () => {
    inDirectory((directory) => {
      const loaded = loadConfiguration(directory, SOUND);
      const options = { production: true, now: new Date() };
      expect(lintSettings(loaded, options)).to.deep.equal(lintSettings(loaded, options));
    });
  });

  it('counts what it says', () => {
    const { findings, summary } = lint({ ignore: new Map([['auth.api_key', 'people use OIDC']]) });
    const count = (status: string) =>
      findings.filter((finding) => finding.status === status && finding.ignoredReason === undefined).length;
    expect(summary).to.deep.equal({
      pass: count('pass'),
      warn: count('warn'),
      fail: count('fail'),
      ignored: 1,
    });
  });

  it('fails nothing of the reference in development', () => {
    expect(lint({ production: false }).summary).to.include({ fail: 0 });
  });

  it('applies only the rules that it is asked for', () => {
    const ids = lint({ rules: ['logging.format', 'auth.enabled'] }).findings.map(({ id }) => id);
    expect(ids).to.deep.equal(['auth.enabled', 'logging.format']);
  });

  it('keeps to what a program reads', () => {
    const of = (role: 'control-plane' | 'worker') =>
      new Set(lint({ role }, SOUND).findings.map(({ id }) => id));
    const everything = lint({}, SOUND).findings.map(({ id }) => id);
    expect(everything.filter((id) => !of('worker').has(id) && !of('control-plane').has(id))).to.deep.equal(
      [],
    );
    expect([...of('worker')])
      .to.include('worker.rpc_tls.server_cert')
      .and.not.include('worker.rpc_tls.ca');
    expect([...of('control-plane')])
      .to.include('worker.rpc_tls.ca')
      .and.not.include('worker.rpc_tls.server_cert');
  });

  it('does not ignore what passes', () => {
    const { findings } = lint({ rules: ['auth.enabled'], ignore: new Map([['auth.enabled', 'x']]) }, SOUND);
    expect(findings[0]).to.include({ status: 'pass' }).and.not.have.property('ignoredReason');
  });

  const WRONG: readonly (readonly [string, Partial<LintOptions>])[] = [
    ['an unknown rule', { rules: ['auth.enbled'] }],
    ['an unknown rule to ignore', { ignore: new Map([['auth.enbled', 'x']]) }],
    ['ignoring without a reason', { ignore: new Map([['auth.enabled', ' ']]) }],
    ['ignoring that it loads', { ignore: new Map([['config', 'x']]) }],
  ];
  for (const [name, options] of WRONG) {
    it(`refuses ${name}`, () => expect(() => lint(options)).to.throw(RangeError));
  }

  it('tells which rules are none', () => {
    expect(unknownRules(['auth.enabled', 'x', 'config'])).to.deep.equal(['x']);
  });

  it('writes nothing, also where it could', () => {
    inDirectory((directory) => {
      const loaded = loadConfiguration(directory, SOUND);
      chmodSync(directory, 0o500);
      const before = snapshot(directory);
      lintSettings(loaded, { production: true });
      expect(snapshot(directory)).to.deep.equal(before);
      chmodSync(directory, 0o700);
    });
  });
});

/** Content, times and permissions of all that is in a directory. */
function snapshot(directory: string): readonly unknown[] {
  return ['.', ...readdirSync(directory)].map((name) => {
    const path = join(directory, name);
    const { ctimeMs, mode, mtimeMs, size } = statSync(path);
    return { name, ctimeMs, mode, mtimeMs, size, content: name === '.' ? '' : readFileSync(path, 'base64') };
  });
}
