import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { ConfigError, type LoadOptions, loadSettings, SETTINGS } from '../src/index.js';

const marker = 'MARKER-not-to-be-seen';

describe('loadSettings', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const load = (options: LoadOptions = {}) =>
    loadSettings({ env: {}, cwd: directory, homeDir: join(directory, 'home'), ...options });
  const problemsOf = (options: LoadOptions): ConfigError['problems'] => {
    try {
      load(options);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    throw new Error('the settings were accepted');
  };

  it('has the defaults without any source', () => {
    const { settings, configFile } = load();
    expect(configFile).to.equal(undefined);
    expect(settings['server.port']).to.equal(7423);
    expect(settings['database.driver']).to.equal('embedded');
    expect(settings['defaults.ttl']).to.equal(1_800_000);
    expect(settings['auth.api_key']).to.equal(undefined);
    expect(settings['database.path']).to.equal(join(directory, '.stacyvm/postgres'));
  });

  it('lets the environment win over the file, and flags over the environment', () => {
    write('stacyvm.yaml', 'server:\n  port: 1\n  host: file\nlogging:\n  level: debug\n');
    const { settings } = load({
      env: { STACYVM_SERVER_PORT: '2', STACYVM_SERVER_HOST: 'env' },
      flags: { 'server.port': 3 },
    });
    expect(settings['server.port']).to.equal(3);
    expect(settings['server.host']).to.equal('env');
    expect(settings['logging.level']).to.equal('debug');
  });

  it('takes the first file that exists', () => {
    const inHome = write('home/.stacyvm/config.yaml', 'server: { port: 5 }');
    expect(load().configFile).to.equal(inHome);
    const inCwd = write('stacyvm.yaml', 'server: { port: 6 }');
    expect(load().configFile).to.equal(inCwd);
    const explicit = write('other.yaml', 'server: { port: 7 }');
    expect(load({ env: { STACYVM_CONFIG: explicit } }).settings['server.port']).to.equal(7);
  });

  it('takes relative paths relative to the file that names them', () => {
    write('etc/keys/api', 'key-from-a-file-0123456789\n');
    const configFile = write(
      'etc/stacyvm.yaml',
      'auth: { api_key_file: keys/api }\nworker: { state_dir: state }\n',
    );
    const { settings } = load({ configFile });
    expect(settings['auth.api_key']?.reveal()).to.equal('key-from-a-file-0123456789');
    expect(settings['worker.state_dir']).to.equal(join(directory, 'etc/state'));
  });

  it('keeps the case and dots of names in maps', () => {
    write('stacyvm.yaml', 'providers:\n  bubblewrap:\n    images:\n      Alpine.3:latest: /srv/alpine\n');
    expect(load().settings['providers.bubblewrap.images']).to.deep.equal({
      'Alpine.3:latest': '/srv/alpine',
    });
  });

  it('reads lists and maps from the environment', () => {
    const { settings } = load({
      env: {
        STACYVM_AUTH_WORKER_REVOKED_TOKEN_IDS: ' a , b,',
        STACYVM_PROVIDERS_BUBBLEWRAP_IMAGES: '{"x":"/srv/x"}',
      },
    });
    expect(settings['auth.worker_revoked_token_ids']).to.deep.equal(['a', 'b']);
    expect(settings['providers.bubblewrap.images']).to.deep.equal({ x: '/srv/x' });
  });

  it('reads several keys from one file, one a line', () => {
    write('keys', 'first-key\nsecond-key\n');
    const { settings } = load({ flags: { 'auth.worker_signing_keys_file': 'keys' } });
    expect(settings['auth.worker_signing_keys'].map((key) => key.reveal())).to.deep.equal([
      'first-key',
      'second-key',
    ]);
  });

  const refused: ReadonlyArray<readonly [string, LoadOptions, string, RegExp]> = [
    [
      'an unknown key',
      { flags: { 'server.prt': 1 } as never },
      'server.prt',
      /not a setting; did you mean server\.port\?/,
    ],
    [
      'a wrong type',
      { flags: { 'server.port': 'many' } },
      'server.port',
      /must be an integer from 0 to 65535/,
    ],
    ['a port out of range', { flags: { 'server.port': 70_000 } }, 'server.port', /from 0 to 65535/],
    ['a duration without unit', { flags: { 'defaults.ttl': '5' } }, 'defaults.ttl', /must be a duration/],
    ['a negative duration', { flags: { 'defaults.ttl': '-5s' } }, 'defaults.ttl', /must be a duration/],
    [
      'a duration below its minimum',
      { flags: { 'defaults.ttl': '1ms' } },
      'defaults.ttl',
      /from 1s to 8760h/,
    ],
    [
      'a value outside the list',
      { flags: { 'database.driver': 'sqlite' } },
      'database.driver',
      /embedded, postgres/,
    ],
    [
      'a ttl above max_ttl',
      { flags: { 'defaults.ttl': '48h' } },
      'defaults.ttl',
      /longer than defaults\.max_ttl/,
    ],
    ['postgres without a DSN', { flags: { 'database.driver': 'postgres' } }, 'database.dsn', /required/],
    [
      'an embedded database with a DSN',
      { flags: { 'database.driver': 'embedded', 'database.dsn': 'postgres://x' } },
      'database.driver',
      /no use for database\.dsn/,
    ],
    ['a section as a variable', { env: { STACYVM_SERVER: 'http://x' } }, 'server', /section/],
    [
      'a map that is not JSON',
      { env: { STACYVM_PROVIDERS_BUBBLEWRAP_IMAGES: 'x' } },
      'providers.bubblewrap.images',
      /JSON/,
    ],
    ['an integer that is none', { env: { STACYVM_SERVER_PORT: '7x' } }, 'server.port', /an integer/],
    [
      'a missing secret file',
      { flags: { 'auth.api_key_file': 'nowhere' } },
      'auth.api_key_file',
      /cannot be read: ENOENT/,
    ],
  ];
  for (const [name, options, key, message] of refused) {
    it(`refuses ${name}`, () => {
      const [problem, ...others] = problemsOf(options);
      expect(others).to.deep.equal([]);
      expect(problem).to.include({ key });
      expect(problem?.message).to.match(message);
    });
  }

  it('refuses a secret given twice, and names both origins', () => {
    write('key', 'x');
    const problems = problemsOf({
      env: { STACYVM_AUTH_API_KEY: marker },
      flags: { 'auth.api_key_file': 'key' },
    });
    expect(problems).to.have.length(1);
    expect(problems[0]?.origin.name).to.equal('STACYVM_AUTH_API_KEY');
    expect(problems[0]?.message).to.contain('auth.api_key_file');
    expect(inspect(problems)).not.to.contain(marker);
  });

  it('refuses an empty secret file', () => {
    write('key', '\n');
    expect(problemsOf({ flags: { 'auth.api_key_file': 'key' } })[0]?.message).to.match(/is empty/);
  });

  it('takes a DSN for the wish to use it', () => {
    expect(load({ flags: { 'database.dsn': 'postgres://x' } }).settings['database.driver']).to.equal(
      'postgres',
    );
  });

  it('reports every problem at once, sorted by key', () => {
    const problems = problemsOf({
      flags: { 'server.port': -1, 'logging.level': 'loud', 'defaults.ttl': 'soon' },
    });
    expect(problems.map(({ key }) => key)).to.deep.equal(['defaults.ttl', 'logging.level', 'server.port']);
  });

  it('names the file and line of a file that is not YAML', () => {
    const path = write('stacyvm.yaml', 'server:\n  port: [1\n');
    expect(() => load())
      .to.throw(ConfigError)
      .with.property('message')
      .that.contains(path)
      .and.matches(/stacyvm\.yaml:3:1: config: is not YAML: /);
  });

  it('refuses an explicit file that is missing', () => {
    expect(() => load({ configFile: 'nowhere.yaml' }))
      .to.throw(ConfigError)
      .with.property('code', 'file_unreadable');
  });

  it('accepts an empty file', () => {
    write('stacyvm.yaml', '');
    expect(load().settings['server.port']).to.equal(7423);
  });

  it('shows no secret when the settings are printed', () => {
    const { settings } = load({ flags: { 'auth.api_key': marker, 'auth.worker_signing_keys': [marker] } });
    expect(inspect(settings, { depth: 5 })).not.to.contain(marker);
    expect(JSON.stringify(settings)).not.to.contain(marker);
    expect(`${settings['auth.api_key']}`).to.equal('[secret]');
  });

  it('documents every setting', () => {
    for (const [key, { doc }] of Object.entries(SETTINGS)) expect(doc, key).to.match(/\.$/);
  });

  it('tells which paths depend on the working directory', () => {
    const configFile = write('etc/stacyvm.yaml', 'server: {tls: {cert_file: crt, key_file: key}}');
    const env = { STACYVM_DATABASE_PATH: 'data', STACYVM_WORKER_TOKEN_FILE: '/run/token' };
    const flags = { 'worker.rpc_tls.ca_file': 'ca' };
    expect(load({ configFile, env, flags }).relativeToCwd).to.have.members([
      'database.path',
      'worker.rpc_tls.ca_file',
      'worker.state_dir',
    ]);
    expect(
      load({ flags: { 'database.path': '/data', 'worker.state_dir': '/state' } }).relativeToCwd,
    ).to.deep.equal([]);
  });
});
