import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentName, SETTINGS, type SettingDefinition } from '@stacyvm/config';
import { expect } from 'chai';
import { collectBundle } from '../../src/support/bundle.js';
import { type CommandResult, runCommand } from '../command.js';

const MARKER = 'MARKER7f3a9cQ1w2E3r4T5y6U7i8O9p0';

type SecretForm = 'file' | 'environment' | 'secret file';

const SECRETS = (Object.entries(SETTINGS) as [string, SettingDefinition][]).filter(([, { type }]) =>
  ['secret', 'secrets', 'secrets_by_name'].includes(type),
);

const URLS = (Object.entries(SETTINGS) as [string, SettingDefinition][]).filter(
  ([, definition]) => 'format' in definition && definition.format === 'http_url',
);

/** The value of a setting of this type that holds the marker. */
function markedValue(key: string, { type }: SettingDefinition): unknown {
  const text = key === 'database.dsn' ? `postgres://app:${MARKER}@127.0.0.1:1/stacyvm` : `${key}-${MARKER}`;
  if (type === 'secrets') return [text, `${text}-older`];
  return type === 'secrets_by_name' ? { 'worker.a': text } : text;
}

/** `a.b.c: value` as nested maps. */
function nested(values: readonly (readonly [key: string, value: unknown])[]): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const names = key.split('.');
    const leaf = names.pop() ?? '';
    let section = document;
    for (const name of names) {
      section[name] ??= {};
      section = section[name] as Record<string, unknown>;
    }
    section[leaf] = value;
  }
  return document;
}

function asEnvironment(
  values: readonly { readonly key: string; readonly value: unknown }[],
): NodeJS.ProcessEnv {
  const textOf = (value: unknown): string => {
    if (Array.isArray(value)) return value.join(',');
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return Object.fromEntries(values.map(({ key, value }) => [environmentName(key), textOf(value)]));
}

describe('stacyvm support bundle', function () {
  this.timeout(30_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bundle-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const path = (name: string): string => join(directory, name);
  const write = (name: string, text: string): string => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text, { mode: 0o600 });
    return path(name);
  };
  const bundle = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> =>
    runCommand(['support', 'bundle', path('bundle.json'), ...args], { cwd: directory, env });
  const read = (): Record<string, unknown> =>
    JSON.parse(readFileSync(path('bundle.json'), 'utf8')) as Record<string, unknown>;
  const expectNoMarker = ({ stdout, stderr }: CommandResult): void => {
    expect(stdout).not.to.contain(MARKER);
    expect(stderr).not.to.contain(MARKER);
    if (existsSync(path('bundle.json'))) {
      expect(readFileSync(path('bundle.json'), 'utf8')).not.to.contain(MARKER);
    }
  };

  it('writes one file of JSON for its owner alone', async () => {
    const config = write('stacyvm.yaml', 'server: { port: 7999 }\n');
    const { code, stdout } = await bundle(['--config', config, '--skip-server']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^wrote .*bundle.json; look through it/);
    expect(statSync(path('bundle.json')).mode & 0o777).to.equal(0o600);
    expect(readdirSync(directory).sort()).to.deep.equal(['bundle.json', 'stacyvm.yaml']);
    const document = read();
    expect(Object.keys(document)).to.include.members([
      ...['version', 'generated_at', 'versions', 'config', 'doctor', 'collection_errors', 'redactions'],
    ]);
    const { settings } = document['config'] as { readonly settings: readonly Record<string, unknown>[] };
    const port = settings.find(({ key }) => key === 'server.port');
    expect(port).to.include({ key: 'server.port', value: 7999 });
    expect(port?.['origin']).to.match(/stacyvm\.yaml/);
    expect(settings.map(({ key }) => key)).to.have.members(Object.keys(SETTINGS));
  });

  it('leaves a file that is there', async () => {
    write('bundle.json', 'mine');
    const refused = await bundle(['--skip-server']);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/exists; --force replaces it/);
    expect(readFileSync(path('bundle.json'), 'utf8')).to.equal('mine');
  });

  it('refuses what it would have no use for', async () => {
    for (const args of [
      ['--skip-server', '--api-key-file', 'x'],
      ['--skip-server', '--ca-file', 'x'],
      ['--tenant', 'x'],
    ]) {
      expect(await bundle(args), args.join(' ')).to.include({ code: 2, stdout: '' });
    }
  });

  it('says what it could not collect, and exits with 0', async () => {
    const { code, stdout } = await bundle(['--server', 'http://127.0.0.1:1', '--log-file', path('no.log')]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^not collected: server.health: /m);
    expect(stdout).to.match(/^not collected: log: /m);
    expect(read()['collection_errors']).to.have.length(5);
  });

  it('has the end of a log, without secrets', async () => {
    const lines = Array.from({ length: 2_500 }, (_, index) => `line ${index}`);
    const records = [
      JSON.stringify({ message: 'x', worker_token: MARKER }),
      `level=info api_key=${MARKER}`,
      `Authorization: Bearer ${MARKER}`,
    ];
    const log = write('server.log', `${[...lines, ...records].join('\n')}\n`);
    const result = await bundle(['--skip-server', '--log-file', log]);
    expect(result.code).to.equal(0);
    expectNoMarker(result);
    const { lines: kept } = read()['log'] as { readonly lines: readonly unknown[] };
    expect(kept).to.have.length(2_000);
    expect(kept[0]).to.equal('line 503');
  });

  it('is not written when a secret would be in it', async () => {
    const config = write('stacyvm.yaml', `auth: { admin_api_key: ${MARKER} }\n`);
    const log = write('server.log', `somebody pasted ${MARKER} here\n`);
    const result = await bundle(['--config', config, '--skip-server', '--log-file', log]);
    expect(result.code).to.equal(1);
    expect(result.stderr).to.match(/auth\.admin_api_key/);
    expect(existsSync(path('bundle.json'))).to.equal(false);
    expectNoMarker(result);
  });

  it('is not stopped by a password that is a word of our own', async () => {
    const configFile = write(
      'stacyvm.yaml',
      'database: { dsn: "postgres://postgres:postgres@127.0.0.1:1/postgres" }\n',
    );
    const options = { server: undefined, logFile: undefined, timeoutMs: 5_000, env: {} };
    expect((await collectBundle({ configFile, ...options })).errors).to.deep.equal([]);
  });

  describe('with every secret set to a marker', () => {
    const all = SECRETS.map(([key, definition]) => ({
      key,
      ...definition,
      value: markedValue(key, definition),
    }));
    const forms: Readonly<Record<SecretForm, () => Promise<CommandResult>>> = {
      file: () => {
        const config = write(
          'stacyvm.yaml',
          JSON.stringify(nested(all.map(({ key, value }) => [key, value]))),
        );
        return bundle(['--config', config, '--skip-server']);
      },
      environment: () => bundle(['--skip-server'], asEnvironment(all)),
      'secret file': () => {
        const named = all.map(({ key, value, type }): readonly [string, string] => {
          if (type !== 'secrets_by_name') {
            write(key, Array.isArray(value) ? value.join('\n') : String(value));
            return [`${key}_file`, key];
          }
          for (const [name, text] of Object.entries(value as object)) write(`${key}/${name}`, String(text));
          return [`${key}_dir`, key];
        });
        const config = write('stacyvm.yaml', JSON.stringify(nested(named)));
        return bundle(['--config', config, '--skip-server']);
      },
    };
    for (const [form, run] of Object.entries(forms)) {
      it(`shows none from the ${form}`, async () => {
        const result = await run();
        expect(result.stderr).to.equal('');
        expect(result.code).to.equal(0);
        const { settings } = read()['config'] as { readonly settings: readonly Record<string, unknown>[] };
        for (const { key } of all) {
          expect(JSON.stringify(settings.find((row) => row['key'] === key))).to.contain('[secret]');
        }
        expectNoMarker(result);
      });
    }

    it('shows none from the file when it does not load', async () => {
      const values = all.map(({ key, value }): readonly [string, unknown] => [key, value]);
      const config = write('stacyvm.yaml', JSON.stringify(nested([...values, ['server.prot', MARKER]])));
      expectNoMarker(await bundle(['--config', config, '--skip-server']));
    });

    it('shows none from the environment when that does not load', async () => {
      const env = {
        ...asEnvironment(all),
        STACYVM_SERVER_PORT: 'none',
        STACYVM_AUTH_WORKER_TOKENS: `{${MARKER}`,
      };
      expectNoMarker(await bundle(['--skip-server'], env));
    });

    it('shows no password in a URL', async () => {
      const url = `https://someone:${MARKER}@127.0.0.1:1/path`;
      const config = write('stacyvm.yaml', JSON.stringify(nested(URLS.map(([key]) => [key, url]))));
      const result = await bundle(['--config', config, '--skip-server']);
      expectNoMarker(result);
    });

    it('shows no API key for the control plane', async () => {
      const result = await bundle(['--server', `http://u:${MARKER}@127.0.0.1:1`], {
        STACYVM_API_KEY: MARKER,
      });
      expect(result.code).to.equal(0);
      expectNoMarker(result);
    });
  });

  const misuses: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['an unknown word', ['bundel', 'x']],
    ['two files', ['bundle', 'x', 'y']],
    ['a server that is no URL', ['bundle', 'x', '--server', 'here']],
  ];
  for (const [name, args] of misuses) {
    it(`exits with 2 for ${name}`, async () => {
      expect((await runCommand(['support', ...args], { cwd: directory })).code).to.equal(2);
      expect(readdirSync(directory)).to.deep.equal([]);
    });
  }
});
