import { expect } from 'chai';
import { SettingsScratch } from './settings-scratch.js';

const BROKEN: readonly (readonly [text: string, problem: string])[] = [
  [
    'defaults:\n  ttl: 48h\n',
    '2:3: defaults.ttl: is longer than defaults.max_ttl; shorten it, or raise defaults.max_ttl',
  ],
  [
    'defaults:\n  max_exec_timeout: 5m\n  default_exec_timeout: 6m\n',
    '3:3: defaults.default_exec_timeout: is longer than defaults.max_exec_timeout; shorten it, or raise defaults.max_exec_timeout',
  ],
  [
    'defaults:\n  spawn_overflow: queue\n  max_spawn_queue: 0\n',
    '3:3: defaults.max_spawn_queue: is 0, which leaves no place in the queue that defaults.spawn_overflow asks for',
  ],
  [
    'database:\n  driver: embedded\n  dsn: postgres://db\n',
    '2:3: database.driver: is embedded, which has no use for database.dsn; set postgres or leave one of them out',
  ],
  [
    'server:\n  tls: {cert_file: a}\n',
    '2:9: server.tls.cert_file: is set without server.tls.key_file; set both or none',
  ],
  [
    'server:\n  tls: {key_file: a}\n',
    '2:9: server.tls.key_file: is set without server.tls.cert_file; set both or none',
  ],
  [
    'worker:\n  control_plane_client_cert_file: a\n',
    '2:3: worker.control_plane_client_cert_file: is set without worker.control_plane_client_key_file; set both or none',
  ],
  [
    'worker:\n  rpc_tls: {server_cert_file: a}\n',
    '2:13: worker.rpc_tls.server_cert_file: is set without worker.rpc_tls.server_key_file; set both or none',
  ],
  [
    'worker:\n  rpc_tls: {client_key_file: a}\n',
    '2:13: worker.rpc_tls.client_key_file: is set without worker.rpc_tls.client_cert_file; set both or none',
  ],
];

describe('rules across settings', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  for (const [text, problem] of BROKEN) {
    it(`refuse ${JSON.stringify(text)}`, () => {
      expect(scratch.problemsOfText(text)).to.deep.equal([`stacyvm.yaml:${problem}`]);
    });
  }

  it('demand a connection string of an external database', () => {
    expect(scratch.problemsOfText('database: {driver: postgres}')).to.deep.equal([
      'default: database.dsn: is required with database.driver postgres; set it, or database.dsn_file',
    ]);
  });

  it('count across sources', () => {
    const env = { STACYVM_DEFAULTS_MAX_TTL: '1m' };
    expect(scratch.problemsOfText('defaults: {ttl: 2m}', { env })).to.have.length(1);
    expect(scratch.loadText('defaults: {ttl: 1m}', { env }).settings['defaults.ttl']).to.equal(60_000);
  });

  it('are left out when a part of them is broken by itself', () => {
    expect(scratch.problemsOfText('defaults: {ttl: 48h, max_ttl: soon}')).to.have.length(1);
    expect(scratch.problemsOfText('database: {driver: postgres, dsn: 5}')).to.have.length(1);
    expect(scratch.problemsOfText('database: {driver: postgres, dsn_file: nowhere}')).to.have.length(1);
    expect(scratch.problemsOfText('database: {driver: postgres, dsn_file: 5}')).to.have.length(1);
  });

  it('warn of a burst that is more than a minute may have', () => {
    expect(scratch.warningsOfText('rate_limit: {requests_per_minute: 30, burst: 31}')).to.deep.equal([
      'stacyvm.yaml:1:39: rate_limit.burst: is more than rate_limit.requests_per_minute, so that a full burst is more than a minute may have',
    ]);
    expect(scratch.warningsOfText('rate_limit: {requests_per_minute: 30}')).to.deep.equal([]);
  });

  it('take the driver from the connection string', () => {
    const { settings, origins } = scratch.loadText('database: {dsn: "postgres://db"}');
    expect(settings['database.driver']).to.equal('postgres');
    expect(origins['database.driver']).to.deep.equal({ kind: 'derived', name: 'database.dsn' });
  });

  for (const [text, enabled, reason] of [
    ['auth: {api_key: x}', true, 'auth.api_key'],
    ['auth: {admin_api_key: x}', true, 'auth.admin_api_key'],
    ['auth: {oidc_enabled: true}', true, 'auth.oidc_enabled'],
    ['auth: {oidc_enabled: false}', false, undefined],
    ['auth: {worker_token: x}', false, undefined],
  ] as const) {
    it(`take authentication for ${enabled ? 'wanted' : 'not wanted'} with ${text}`, () => {
      const { settings, origins } = scratch.loadText(text);
      expect(settings['auth.enabled']).to.equal(enabled);
      expect(origins['auth.enabled']).to.deep.equal(
        reason === undefined ? { kind: 'default', name: '' } : { kind: 'derived', name: reason },
      );
    });
  }

  it('leave authentication off when it is said to be', () => {
    expect(scratch.loadText('auth: {enabled: false, api_key: x}').settings['auth.enabled']).to.equal(false);
  });
});
