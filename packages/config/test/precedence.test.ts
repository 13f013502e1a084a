import { expect } from 'chai';
import { environmentName, type Origin, Secret, type SettingKey } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

const SOURCES = ['default', 'file', 'environment', 'flag'] as const;
type Source = (typeof SOURCES)[number];

interface KindOfKey {
  readonly kind: string;
  readonly key: SettingKey;
  readonly inFile: string;
  readonly inEnvironment: string;
  readonly asFlag: unknown;
  /** The values that are loaded, by source. */
  readonly loaded: Readonly<Record<Source, unknown>>;
}

const KINDS: readonly KindOfKey[] = [
  {
    kind: 'text',
    key: 'server.host',
    inFile: 'file.example',
    inEnvironment: 'env.example',
    asFlag: 'flag.example',
    loaded: { default: '0.0.0.0', file: 'file.example', environment: 'env.example', flag: 'flag.example' },
  },
  {
    kind: 'choice',
    key: 'logging.level',
    inFile: 'debug',
    inEnvironment: 'warn',
    asFlag: 'error',
    loaded: { default: 'info', file: 'debug', environment: 'warn', flag: 'error' },
  },
  {
    kind: 'integer',
    key: 'server.port',
    inFile: '1',
    inEnvironment: '2',
    asFlag: 3,
    loaded: { default: 7423, file: 1, environment: 2, flag: 3 },
  },
  {
    kind: 'boolean',
    key: 'rate_limit.enabled',
    inFile: 'true',
    inEnvironment: 'false',
    asFlag: 'true',
    loaded: { default: false, file: true, environment: false, flag: true },
  },
  {
    kind: 'duration',
    key: 'defaults.ttl',
    inFile: '1m',
    inEnvironment: '2m',
    asFlag: '3m',
    loaded: { default: 1_800_000, file: 60_000, environment: 120_000, flag: 180_000 },
  },
  {
    kind: 'path',
    key: 'worker.token_file',
    inFile: '/file',
    inEnvironment: '/env',
    asFlag: '/flag',
    loaded: { default: '', file: '/file', environment: '/env', flag: '/flag' },
  },
  {
    kind: 'list',
    key: 'auth.oidc_admin_groups',
    inFile: '[file, b]',
    inEnvironment: 'env, b',
    asFlag: 'flag,b',
    loaded: { default: [], file: ['file', 'b'], environment: ['env', 'b'], flag: ['flag', 'b'] },
  },
  {
    kind: 'map of paths',
    key: 'providers.bubblewrap.images',
    inFile: '{a.B: /file}',
    inEnvironment: '{"a.B":"/env"}',
    asFlag: { 'a.B': '/flag' },
    loaded: {
      default: {},
      file: { 'a.B': '/file' },
      environment: { 'a.B': '/env' },
      flag: { 'a.B': '/flag' },
    },
  },
  {
    kind: 'map of texts',
    key: 'providers.docker.tmpfs',
    inFile: '{/run: file}',
    inEnvironment: '{"/run":"env"}',
    asFlag: '{"/run":"flag"}',
    loaded: {
      default: {},
      file: { '/run': 'file' },
      environment: { '/run': 'env' },
      flag: { '/run': 'flag' },
    },
  },
  {
    kind: 'secret',
    key: 'auth.worker_token',
    inFile: 'file',
    inEnvironment: 'env',
    asFlag: 'flag',
    loaded: { default: undefined, file: 'file', environment: 'env', flag: 'flag' },
  },
  {
    kind: 'list of secrets',
    key: 'auth.worker_signing_keys',
    inFile: '[file]',
    inEnvironment: 'env, b',
    asFlag: ['flag'],
    loaded: { default: [], file: ['file'], environment: ['env', 'b'], flag: ['flag'] },
  },
  {
    kind: 'map of secrets',
    key: 'auth.worker_tokens',
    inFile: '{Worker.1: file}',
    inEnvironment: '{"Worker.1":"env"}',
    asFlag: { 'Worker.1': 'flag' },
    loaded: {
      default: {},
      file: { 'Worker.1': 'file' },
      environment: { 'Worker.1': 'env' },
      flag: { 'Worker.1': 'flag' },
    },
  },
];

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]) => [name, revealed(member)]));
  return Array.isArray(value) ? value.map(revealed) : value;
}

/** Every set of sources beside the defaults, which are always there. */
const SETS: readonly (readonly Source[])[] = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
  SOURCES.filter((source, index) => source === 'default' || (bits & (1 << (index - 1))) !== 0),
);

describe('precedence', () => {
  let scratch: SettingsScratch;
  before(() => {
    scratch = new SettingsScratch();
  });
  after(() => scratch.remove());

  const loadFrom = (sources: readonly Source[], { key, inFile, inEnvironment, asFlag }: KindOfKey) => {
    const names = key.split('.');
    const nested = names.map((name, depth) => `${'  '.repeat(depth)}${name}:`).join('\n');
    const text = sources.includes('file') ? `${nested} ${inFile}\n` : '';
    return scratch.loadText(text, {
      env: sources.includes('environment') ? { [environmentName(key)]: inEnvironment } : {},
      flags: sources.includes('flag') ? { [key]: asFlag } : {},
      flagNames: { [key]: '--the-flag' },
    });
  };

  for (const tested of KINDS) {
    describe(`of a ${tested.kind}`, () => {
      for (const sources of SETS) {
        const winner = sources.at(-1) ?? 'default';
        it(`${sources.join(' < ')}: the ${winner} counts, and is its origin`, () => {
          const { settings, origins, configFile = '' } = loadFrom(sources, tested);
          expect(revealed(settings[tested.key])).to.deep.equal(tested.loaded[winner]);
          const depth = tested.key.split('.').length;
          const expected: Readonly<Record<Source, Origin>> = {
            default: { kind: 'default', name: '' },
            file: { kind: 'file', name: configFile, line: depth, column: 2 * depth - 1 },
            environment: { kind: 'environment', name: environmentName(tested.key) },
            flag: { kind: 'flag', name: '--the-flag' },
          };
          expect(origins[tested.key]).to.deep.equal(expected[winner]);
        });
      }
    });
  }

  it('is that of the source also for the file of a secret', () => {
    const inFile = scratch.write('in-file', 'one\n');
    const inEnvironment = scratch.write('in-environment', 'two\n');
    const { settings, origins } = scratch.loadText('auth: {worker_token_file: in-file}\n', {
      env: { STACYVM_AUTH_WORKER_TOKEN_FILE: 'in-environment' },
    });
    expect(inFile).not.to.equal(inEnvironment);
    expect(settings['auth.worker_token']?.reveal()).to.equal('two');
    expect(origins['auth.worker_token']).to.deep.equal({
      kind: 'secret_file',
      name: inEnvironment,
      namedBy: { kind: 'environment', name: 'STACYVM_AUTH_WORKER_TOKEN_FILE' },
    });
  });
});
