import { expect } from 'chai';
import { SettingsScratch } from './settings-scratch.js';

const REFUSED: readonly (readonly [name: string, text: string, problem: string])[] = [
  [
    'a slip in a name',
    'server:\n  prot: 80\n',
    'stacyvm.yaml:2:3: server.prot: is not a setting; did you mean server.port?',
  ],
  [
    'a name that belongs to another section',
    'server:\n  max_exec_timeout: 5m\n',
    'stacyvm.yaml:2:3: server.max_exec_timeout: is not a setting; did you mean defaults.max_exec_timeout?',
  ],
  [
    'a slip in the name of a section',
    'loging:\n  level: info\n',
    'stacyvm.yaml:1:1: loging: is not a setting; did you mean logging?',
  ],
  [
    'another case',
    'Server:\n  port: 80\n',
    'stacyvm.yaml:1:1: Server: is not a setting; did you mean server?',
  ],
  ['what is like nothing', 'frobnicator: 1\n', 'stacyvm.yaml:1:1: frobnicator: is not a setting'],
  [
    'a dotted name',
    'server.port: 80\n',
    'stacyvm.yaml:1:1: server.port: is not a name in the file; write port below server',
  ],
  [
    'a dotted name of a deep setting',
    'worker.rpc_tls.enabled: true\n',
    'stacyvm.yaml:1:1: worker.rpc_tls.enabled: is not a name in the file; write enabled below worker, then rpc_tls',
  ],
  [
    'a section that is a value',
    'server: 80\n',
    'stacyvm.yaml:1:1: server: is a section; write its settings below it, indented',
  ],
  [
    'a section that is a list',
    'server:\n  - port: 80\n',
    'stacyvm.yaml:1:1: server: is a section; write its settings below it, indented',
  ],
  [
    'a file that is a list',
    '- server\n',
    'stacyvm.yaml:1:1: config: must be a map of settings, such as "server:" with settings below it',
  ],
  [
    'a name of the prototype of objects',
    'server:\n  __proto__:\n    port: 1\n',
    'stacyvm.yaml:2:3: server.__proto__: is not a setting',
  ],
  ['a merge key', 'server:\n  <<: {port: 1}\n', 'stacyvm.yaml:2:3: server.<<: is not a setting'],
  [
    'a setting that is there twice',
    'server:\n  port: 1\n  port: 2\n',
    'stacyvm.yaml:3:3: server.port: is there twice, first on line 2; remove one of them',
  ],
  [
    'an unsupported part that is switched on',
    'providers:\n  firecracker:\n    enabled: true\n    data_dir: /x\n',
    'stacyvm.yaml:3:5: providers.firecracker.enabled: is not supported here: there is no provider firecracker; use bubblewrap or docker; remove it',
  ],
];

describe('the settings of a file', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  for (const [name, text, problem] of REFUSED) {
    it(`do not have ${name}`, () => {
      expect(scratch.problemsOfText(text)).to.deep.equal([problem]);
    });
  }

  it('may leave sections and settings empty', () => {
    const { settings, origins } = scratch.loadText('server:\n  port:\n  host: ~\nlogging:\n');
    expect(settings['server.port']).to.equal(7423);
    expect(origins['server.port']).to.deep.equal({ kind: 'default', name: '' });
  });

  it('know their lines', () => {
    const { origins, configFile = '' } = scratch.loadText(
      '# first\nserver:\n  host: a\n  tls: {enabled: false}\n',
    );
    expect(origins['server.host']).to.deep.equal({ kind: 'file', name: configFile, line: 3, column: 3 });
    expect(origins['server.tls.enabled']).to.deep.equal({
      kind: 'file',
      name: configFile,
      line: 4,
      column: 9,
    });
  });

  it('warn once of an unsupported section, and of unsupported settings', () => {
    const text =
      'pool:\n  enabled: false\n  max_vms: 3\nrate_limit:\n  bucket_ttl: 15m\nproviders:\n  docker:\n    pool_security:\n      hidepid: true\n';
    expect(scratch.warningsOfText(text)).to.deep.equal([
      'stacyvm.yaml:1:1: pool: is not supported here: every user gets a sandbox of their own; virtual machines are not shared; remove it',
      'stacyvm.yaml:5:3: rate_limit.bucket_ttl: is not supported here: buckets end by themselves when they are full again; remove it',
      'stacyvm.yaml:8:5: providers.docker.pool_security: is not supported here: every user gets a sandbox of their own; virtual machines are not shared; remove it',
    ]);
  });

  it('use what an alias repeats', () => {
    const { settings } = scratch.loadText(
      'worker_rpc:\n  allowed_hosts: &hosts [10.0.0.0/8]\nserver:\n  trusted_proxies: *hosts\n',
    );
    expect(settings['server.trusted_proxies']).to.deep.equal(['10.0.0.0/8']);
  });
});
