import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '@stacyvm/config';
import { expect } from 'chai';
import { createKnownSecrets, type KnownSecrets } from '../../src/support/known-secrets.js';

describe('createKnownSecrets', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'known-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const file = (text: string): string => {
    const path = join(directory, 'stacyvm.yaml');
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const ofLoaded = (text: string): KnownSecrets => {
    const env = {};
    return createKnownSecrets({ env, loaded: loadSettings({ configFile: file(text), env }) });
  };
  const ofBroken = (text: string): KnownSecrets => createKnownSecrets({ env: {}, configFile: file(text) });

  it('finds a secret as it is, as JSON escapes it and as a URL does', () => {
    const secret = 'a"b\\c d/é-secret';
    const secrets = ofLoaded(`auth: { api_key: ${JSON.stringify(secret)} }\n`);
    for (const form of [secret, JSON.stringify(secret), encodeURIComponent(secret)]) {
      expect(secrets.occurringIn(`x ${form} y`), form).to.deep.equal(['auth.api_key']);
      expect(secrets.mask(`x ${form} y`), form).not.to.contain('secret');
    }
    expect(secrets.occurringIn('nothing here')).to.deep.equal([]);
  });

  it('finds the password of a database by itself, as it is meant and as it is written', () => {
    const secrets = ofLoaded('database: { dsn: "postgres://app:pass%2Fword-9@db/stacyvm" }\n');
    for (const form of ['pass/word-9', 'pass%2Fword-9']) {
      expect(secrets.occurringIn(form)).to.deep.equal(['database.dsn']);
    }
  });

  it('finds the password in a URL that is no secret', () => {
    const secrets = ofLoaded('providers: { docker: { socket: "tcp://me:pass-word-9@engine:2375" } }\n');
    expect(secrets.occurringIn('pass-word-9')).to.deep.equal(['providers.docker.socket']);
    const broken = ofBroken('worker: { control_plane_url: "https://me:pass-word-9@control.example" broken');
    expect(broken.occurringIn('pass-word-9')).to.deep.equal(['a URL']);
    const env = { STACYVM_WORKER_CONTROL_PLANE_URL: 'https://me:pass-word-9@control.example' };
    expect(createKnownSecrets({ env, configFile: undefined }).occurringIn('pass-word-9')).to.have.length(1);
  });

  it('does not look for what occurs by chance', () => {
    for (const password of ['short', 'postgres', 'change-me-please']) {
      const secrets = ofLoaded(`database: { dsn: "postgres://app:${password}@db/stacyvm" }\n`);
      expect(secrets.occurringIn(password), password).to.deep.equal([]);
    }
  });

  const broken: ReadonlyArray<readonly [string, string]> = [
    ['on a line', 'auth:\n  api_key: MARKER-secret # mine\n\tbroken'],
    ['in quotes', "auth: { api_key: 'MARKER-secret' broken"],
    ['in JSON', '{"auth":{"worker_signing_key":"MARKER-secret",'],
    ['in a list', 'auth:\n  worker_signing_keys:\n    - other-secret-1\n    - MARKER-secret\n  x: ['],
    ['in a list that is not indented', 'auth:\n  worker_signing_keys:\n  - MARKER-secret\n  x: ['],
    ['in a map', 'auth:\n  worker_tokens:\n    worker-a: MARKER-secret\n  x: ['],
    ['in a map on a line', 'auth: { worker_tokens: { worker-a: MARKER-secret, b: other } }\nx: ['],
    ['in a block', 'auth:\n  api_key: |\n    MARKER-secret\nx: ['],
    ['in a connection string', 'database:\n  dsn: postgres://app:MARKER-secret@db/x\nx: ['],
  ];
  for (const [name, text] of broken) {
    it(`finds what a file that is no configuration has ${name}`, () => {
      expect(ofBroken(text).occurringIn('… MARKER-secret …')).not.to.deep.equal([]);
    });
  }

  it('finds what the environment has', () => {
    const env = {
      STACYVM_AUTH_WORKER_SIGNING_KEYS: 'first-signing-key, second-signing-key',
      STACYVM_AUTH_WORKER_TOKENS: '{"a": "token-of-worker-a", "b": "token-of-worker-b"}',
      STACYVM_API_KEY: 'key-of-a-caller',
    };
    const secrets = createKnownSecrets({ env, configFile: undefined });
    for (const secret of [
      'second-signing-key',
      'token-of-worker-a',
      'token-of-worker-b',
      'key-of-a-caller',
    ]) {
      expect(secrets.occurringIn(`in ${secret} text`), secret).to.have.length(1);
    }
  });

  it('takes time in proportion to the size of a broken file', () => {
    const text = `${'  api_key:\n'.repeat(50_000)}${' '.repeat(200_000)}`;
    const started = performance.now();
    ofBroken(text);
    expect(performance.now() - started).to.be.lessThan(5_000);
  });
});
