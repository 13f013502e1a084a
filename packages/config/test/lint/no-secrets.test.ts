import { expect } from 'chai';
import { ConfigError, environmentName, loadSettings, SETTINGS, type SettingKey } from '../../src/index.js';
import { type LintReport, lintConfigError, lintSettings } from '../../src/lint/index.js';
import { type Configuration, inDirectory, writeConfiguration } from './configuration.js';
import { everyFormat } from './reports.js';

/** Weak in every way, so that as much as possible is said of them; each part of eight characters is unmistakable. */
const MARKERS = [
  'Zq7Xw9Kv',
  'Zq7Xw9KvZq7Xw9KvZq7Xw9KvZq7Xw9KvZq7Xw9Kv',
  'change-me-Zq7Xw9Kv-change-me-Zq7Xw9Kv',
];
const TRACE = /q7Xw|Xw9K/i;

type Form = 'in the file' | 'in the environment' | 'in a file of its own';

const SECRETS = (Object.keys(SETTINGS) as SettingKey[]).filter((key) =>
  SETTINGS[key].type.startsWith('secret'),
);

function configurationWith(key: SettingKey, marker: string, form: Form): Configuration {
  const { type } = SETTINGS[key];
  const text = key === 'database.dsn' ? `postgres://u:${marker}@db.mycompany.net/${marker}` : marker;
  const more = { 'auth.oidc_enabled': true, 'auth.oidc_issuer': 'https://id.mycompany.net' };
  if (form === 'in a file of its own') {
    return type === 'secrets_by_name'
      ? {
          settings: { ...more, [`${key}_dir`]: 'secrets' },
          files: { 'secrets/a': text, 'secrets/b': text },
          mode: 0o644,
        }
      : { settings: { ...more, [`${key}_file`]: 'secret' }, files: { secret: text }, mode: 0o644 };
  }
  const value = type === 'secrets_by_name' ? { a: text, b: text } : type === 'secrets' ? [text, text] : text;
  if (form === 'in the file') return { settings: { ...more, [key]: value }, mode: 0o644 };
  const variable = type === 'secrets_by_name' ? JSON.stringify(value) : [value].flat().join();
  return { settings: more, env: { [environmentName(key)]: variable } };
}

/** The report as the command makes it, whether it loads or not. */
function report(directory: string, configuration: Configuration, production: boolean): LintReport {
  const configFile = writeConfiguration(directory, configuration);
  try {
    const loaded = loadSettings({
      configFile,
      env: configuration.env ?? {},
      cwd: directory,
      homeDir: directory,
    });
    return lintSettings(loaded, { production });
  } catch (error) {
    if (error instanceof ConfigError) return lintConfigError(error, { production });
    throw error;
  }
}

function expectNoTrace(configuration: Configuration): void {
  for (const production of [false, true]) {
    inDirectory((directory) => {
      for (const [format, text] of Object.entries(
        everyFormat(report(directory, configuration, production)),
      )) {
        // The name of the directory is drawn at random: it may look like a trace, and is none.
        expect(text.replaceAll(directory, ''), format).not.to.match(TRACE);
        expect(text, format).to.contain('config');
      }
    });
  }
}

describe('lint reports', () => {
  it('would be seen to hold a secret', () => {
    for (const marker of MARKERS) expect(marker).to.match(TRACE);
    expect(SECRETS).to.include.members([
      'auth.api_key',
      'auth.worker_tokens',
      'auth.worker_signing_keys',
      'database.dsn',
    ]);
  });

  for (const key of SECRETS) {
    for (const form of ['in the file', 'in the environment', 'in a file of its own'] as const) {
      it(`hold nothing of ${key} ${form}`, () => {
        for (const marker of MARKERS) expectNoTrace(configurationWith(key, marker, form));
      });
    }
  }

  it('hold nothing of secrets that are the same', () => {
    const [, marker = ''] = MARKERS;
    expectNoTrace({
      settings: {
        'auth.api_key': marker,
        'auth.admin_api_key': marker,
        'auth.worker_signing_key': marker,
        'auth.worker_signing_keys': [marker, marker],
        'auth.worker_token': marker,
        'auth.worker_tokens': { a: marker, b: marker },
      },
    });
  });

  it('hold nothing of secrets in the wrong place or of the wrong type', () => {
    const [, marker = ''] = MARKERS;
    expectNoTrace({ settings: { 'auth.api_key': [marker] } });
    expectNoTrace({ settings: { 'auth.worker_tokens': marker } });
    expectNoTrace({ settings: { 'auth.worker_tokens': { a: [marker] } } });
    expectNoTrace({ settings: { 'auth.api_kye': marker } });
    expectNoTrace({ env: { STACYVM_AUTH_WORKER_TOKENS: `{"a": "${marker}"` } });
    expectNoTrace({
      settings: { 'auth.api_key': marker, 'auth.api_key_file': 'key' },
      files: { key: marker },
    });
  });

  it('hold nothing of a password in a URL', () => {
    const url = `https://user:${MARKERS[0]}@id.mycompany.net`;
    expectNoTrace({
      settings: { 'auth.oidc_enabled': true, 'auth.oidc_issuer': url, 'auth.oidc_jwks_url': `${url}/jwks` },
    });
    expectNoTrace({
      settings: { 'worker.advertise_url': url, 'worker.control_plane_url': url.replace('https', 'http') },
    });
  });

  it('hold nothing of a private key', () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${MARKERS[1]}\n-----END PRIVATE KEY-----\n`;
    expectNoTrace({
      settings: {
        'server.tls.cert_file': 'cert',
        'server.tls.key_file': 'key',
        'server.tls.client_ca_file': 'key',
      },
      files: { cert: pem, key: pem },
    });
  });
});
