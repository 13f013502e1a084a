import { expect } from 'chai';
import { ConfigError, describeProblem } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

const TEN_MISTAKES = `server:
  port: "80"
  host: 127
  prot: 80
  cors_allowed_origins: [https://console.example.com, console.example.com/]
  tls:
    enabled: yes
    cert_file: server.pem
defaults:
  ttl: 2d
  max_ttl: 1h
  default_exec_timeout: 20m
  max_exec_timeout: 10m
auth:
  api_key: 12345678
  api_key_file: api-key
  worker_tokens:
    worker-1: ""
database:
  driver: sqlite
pool:
  enabled: true
`;

describe('the problems of a file', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('come all at once, in the order of the file, of variables, of flags, then the rules across settings', () => {
    const options = {
      env: { STACYVM_WORKER_LISTEN_ADDR: '7430', STACYVM_RATE_LIMIT_BURST: '-1' },
      flags: { 'worker.heartbeat_interval': 'often', 'logging.level': 'loud' },
      flagNames: { 'worker.heartbeat_interval': '--heartbeat-interval', 'logging.level': '--log-level' },
    };
    expect(scratch.problemsOfText(TEN_MISTAKES, options)).to.deep.equal([
      'stacyvm.yaml:2:3: server.port: must be an integer from 0 to 65535; it is a text: remove the quotes',
      'stacyvm.yaml:3:3: server.host: must be a text that is not empty; it is a number: put it in quotes',
      'stacyvm.yaml:4:3: server.prot: is not a setting; did you mean server.port?',
      'stacyvm.yaml:5:55: server.cors_allowed_origins: item 2 must be an origin such as https://console.example.com (scheme, host and port, without a path), or *',
      'stacyvm.yaml:7:5: server.tls.enabled: must be true or false; write true',
      'stacyvm.yaml:10:3: defaults.ttl: must be a duration such as 30s or 1h30m, from 1s to 8760h; the longest unit is h',
      'stacyvm.yaml:15:3: auth.api_key: is set here, and auth.api_key_file is set by stacyvm.yaml:16:3; remove one of them',
      'stacyvm.yaml:15:3: auth.api_key: must be a text that is not empty; it is a number: put it in quotes',
      'stacyvm.yaml:18:5: auth.worker_tokens: "worker-1" must be a text that is not empty; it is empty: leave it out where there is none',
      'stacyvm.yaml:20:3: database.driver: must be one of embedded, postgres; data is kept in Postgres; write embedded, and a directory as database.path',
      'stacyvm.yaml:22:3: pool.enabled: is not supported here: every user gets a sandbox of their own; virtual machines are not shared; remove it',
      'STACYVM_RATE_LIMIT_BURST: rate_limit.burst: must be an integer from 0 to 1000000',
      'STACYVM_WORKER_LISTEN_ADDR: worker.listen_addr: must be an address and port such as 127.0.0.1:7430, [::1]:7430 or :7430',
      '--heartbeat-interval: worker.heartbeat_interval: must be a duration such as 30s or 1h30m, at most 1h',
      '--log-level: logging.level: must be one of debug, info, warn, error',
      'stacyvm.yaml:12:3: defaults.default_exec_timeout: is longer than defaults.max_exec_timeout; shorten it, or raise defaults.max_exec_timeout',
      'stacyvm.yaml:8:5: server.tls.cert_file: is set without server.tls.key_file; set both or none',
    ]);
  });

  it('are the same each time', () => {
    const once = scratch.problemsOfText(TEN_MISTAKES);
    expect(scratch.problemsOfText(TEN_MISTAKES)).to.deep.equal(once);
  });

  it('are the message of the error, of which many are cut', () => {
    const configFile = scratch.write(
      'stacyvm.yaml',
      Array.from({ length: 150 }, (_, index) => `x${index}: 1`).join('\n'),
    );
    const { message, problems, code } = scratch.errorOf({ configFile });
    expect(code).to.equal('invalid');
    expect(problems).to.have.length(150);
    const lines = message.split('\n');
    expect(lines[0]).to.equal(`${configFile}:1:1: x0: is not a setting`);
    expect(lines.slice(100)).to.deep.equal(['and 50 more problems']);
  });

  it('have codes', () => {
    const codes = (text: string): readonly string[] => {
      const configFile = scratch.write('stacyvm.yaml', text);
      return scratch.errorOf({ configFile }).problems.map(({ code }) => code);
    };
    expect(codes('server: {port: x}')).to.deep.equal(['wrong_type']);
    expect(codes('providers: {docker: {pids_limit: 15}}')).to.deep.equal(['out_of_range']);
    expect(codes('server: {port: 65536}')).to.deep.equal(['out_of_range']);
    expect(codes('server: {prot: 1}')).to.deep.equal(['unknown_key']);
    expect(codes('server: {shutdown_timeout: 2h}')).to.deep.equal(['out_of_range']);
    expect(codes('server: {shutdown_timeout: soon}')).to.deep.equal(['wrong_type']);
    expect(codes('logging: {level: loud}')).to.deep.equal(['not_allowed']);
    expect(codes('worker: {control_plane_url: "ftp://x"}')).to.deep.equal(['not_allowed']);
    expect(codes('auth: {api_key: " "}')).to.deep.equal(['secret_empty']);
    expect(codes('database: {driver: postgres}')).to.deep.equal(['missing']);
    expect(codes('database: {driver: embedded, dsn: "postgres://x"}')).to.deep.equal(['conflict']);
    expect(codes('pool: {enabled: true}')).to.deep.equal(['unsupported']);
    expect(codes('server: {port: 1, port: 2}')).to.deep.equal(['duplicate_key']);
    expect(codes('[')).to.deep.equal(['file_invalid']);
  });

  it('are one line each and steer no terminal, whatever the keys are', () => {
    const text = 'server:\n  "x\\n/etc/other:1:1: y\\e[31m": 1\n"a\\u202E": {}\n"a\\u202E": {}\n';
    const configFile = scratch.write('stacyvm.yaml', text);
    const { problems } = scratch.errorOf({ configFile });
    expect(problems.map(({ key }) => key)).to.deep.equal([
      'server.x\\u{a}/etc/other:1:1: y\\u{1b}[31m',
      'a\\u{202e}',
      'a\\u{202e}',
    ]);
    const origin = { kind: 'environment', name: 'STACYVM_\u001b[2J' } as const;
    expect(describeProblem({ code: 'unknown_variable', key: 'x', origin, message: 'is not' })).to.equal(
      'STACYVM_\\u{1b}[2J: x: is not',
    );
  });

  it('never quote a value', () => {
    const marker = 'MARKER-not-to-be-seen';
    const text = `server: {port: ${marker}, tls: {enabled: ${marker}}, cors_allowed_origins: [${marker}/]}
worker: {control_plane_url: "ftp://${marker}"}
defaults: {ttl: ${marker}}
logging: {level: ${marker}}
auth: {api_key: [${marker}], worker_tokens: {a: [${marker}]}, worker_signing_keys: ${marker}}
`;
    const configFile = scratch.write('stacyvm.yaml', text);
    const error = scratch.errorOf({ configFile });
    expect(error.problems).to.have.length(9);
    expect(JSON.stringify(error.problems) + error.message + error.stack).not.to.contain(marker);
  });

  it('are a ConfigError also when the file is too large or no text', () => {
    const codeOf = (content: string | Uint8Array): string => {
      const { code, problems, message } = scratch.errorOf({
        configFile: scratch.write('stacyvm.yaml', content),
      });
      expect(problems.map(describeProblem).join('\n')).to.equal(message);
      return `${code}: ${scratch.plain(message)}`;
    };
    expect(codeOf(`#${'x'.repeat(10_000_000)}`)).to.equal(
      'file_too_large: stacyvm.yaml: config: is larger than 1048576 bytes, which is the limit',
    );
    expect(codeOf(Uint8Array.from([0x61, 0xff, 0xfe]))).to.equal(
      'file_invalid: stacyvm.yaml: config: is not UTF-8; save it as UTF-8 text',
    );
    expect(codeOf('server:\0')).to.equal(
      'file_invalid: stacyvm.yaml: config: has a NUL byte; save it as UTF-8 text',
    );
    expect(new ConfigError('invalid', []).message).to.equal('');
  });

  it('tell of a range that 0 is allowed beside', () => {
    const problems = (value: string) => scratch.problemsOfText(`providers: {docker: {pids_limit: ${value}}}`);
    for (const value of [0, 16, 32_768]) {
      const loaded = scratch.loadText(`providers: {docker: {pids_limit: ${value}}}`);
      expect(loaded.settings['providers.docker.pids_limit']).to.equal(value);
    }
    for (const value of ['-1', '1', '15', '32769', '"20"']) {
      expect(problems(value), value).to.have.length(1);
      expect(problems(value)[0]).to.include(
        'providers.docker.pids_limit: must be 0 or an integer from 16 to 32768',
      );
    }
  });
});
