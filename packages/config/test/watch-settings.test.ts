import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  ConfigError,
  loadSettings,
  type SettingsChange,
  type SettingsWatch,
  watchSettings,
} from '../src/index.js';

const FAST_MS = 5;
const NOW = new Date('2026-01-01T00:00:00Z');

describe('watchSettings', () => {
  let directory: string;
  let watch: SettingsWatch | undefined;
  let changes: SettingsChange[];
  let errors: unknown[];
  let refusal: Error | undefined;
  let looks: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'watch-'));
    changes = [];
    errors = [];
    refusal = undefined;
    looks = 0;
  });
  afterEach(() => {
    watch?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const load = () => loadSettings({ env: {}, cwd: directory, homeDir: directory });
  const start = (intervalMs = FAST_MS, initial = load()): void => {
    watch = watchSettings({
      initial,
      load: () => {
        looks += 1;
        return load();
      },
      onChange: (change) => {
        if (refusal !== undefined) throw refusal;
        changes.push(change);
      },
      clock: () => NOW,
      onError: (error) => errors.push(error),
      intervalMs,
    });
  };
  const eventually = async (condition: () => boolean): Promise<void> => {
    const deadline = performance.now() + 5_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error('it never happened');
      await new Promise((resolve) => setTimeout(resolve, FAST_MS));
    }
  };

  it('tells which keys changed when the file does', async () => {
    write('stacyvm.yaml', 'logging: { level: info }');
    start();
    write('stacyvm.yaml', 'logging: { level: debug }');
    await eventually(() => changes.length > 0);
    expect(changes[0]).to.include({ generation: 1 });
    expect(changes[0]?.changed).to.deep.equal(['logging.level']);
    expect(changes[0]?.settings['logging.level']).to.equal('debug');
  });

  it('sees a new secret behind a link that is switched', async () => {
    mkdirSync(join(directory, 'v1'));
    mkdirSync(join(directory, 'v2'));
    write('v1/key', 'first-key-0123456789');
    write('v2/key', 'second-key-0123456789');
    symlinkSync('v1', join(directory, 'current'));
    write('stacyvm.yaml', 'auth: { api_key_file: current/key }');
    start();
    symlinkSync('v2', join(directory, 'next'));
    renameSync(join(directory, 'next'), join(directory, 'current'));
    await eventually(() => changes.length > 0);
    expect(changes[0]?.changed).to.deep.equal(['auth.api_key']);
    expect(changes[0]?.settings['auth.api_key']?.reveal()).to.equal('second-key-0123456789');
  });

  it('sees an added token in a directory of tokens', async () => {
    mkdirSync(join(directory, 'tokens'));
    write('tokens/Worker.A', 'token-a');
    write('stacyvm.yaml', 'auth: { worker_tokens_dir: tokens }');
    start();
    write('tokens/worker-b', 'token-b');
    await eventually(() => changes.length > 0);
    expect([...(changes[0]?.settings['auth.worker_tokens'].keys() ?? [])].sort()).to.deep.equal([
      'Worker.A',
      'worker-b',
    ]);
  });

  it('keeps the last good settings and reports a broken file once', async () => {
    write('stacyvm.yaml', 'logging: { level: info }');
    start();
    write('stacyvm.yaml', 'logging: { level: loud }');
    await eventually(() => errors.length > 0);
    expect(errors[0]).to.be.instanceOf(ConfigError);
    write('stacyvm.yaml', 'logging: { level: warn }');
    await eventually(() => changes.length > 0);
    expect([errors.length, changes.length]).to.deep.equal([1, 1]);
  });

  it('looks at once when it is told to', () => {
    write('stacyvm.yaml', 'logging: { level: info }');
    start(60_000);
    write('stacyvm.yaml', 'logging: { level: error }');
    watch?.reload();
    expect(changes[0]?.changed).to.deep.equal(['logging.level']);
  });

  it('is silent when nothing differs', () => {
    write('stacyvm.yaml', 'logging: { level: info }');
    start(60_000);
    write('stacyvm.yaml', '# a comment\nlogging: { level: info }');
    watch?.reload();
    expect([changes, errors]).to.deep.equal([[], []]);
  });

  it('sees what changed between the load and the start of the watch', async () => {
    write('stacyvm.yaml', 'logging: { level: info }');
    const initial = load();
    write('stacyvm.yaml', 'logging: { level: debug }');
    start(FAST_MS, initial);
    await eventually(() => changes.length > 0);
    expect(changes[0]?.changed).to.deep.equal(['logging.level']);
  });

  it('sees the repair of a secret that was missing', async () => {
    write('stacyvm.yaml', '');
    start();
    write('stacyvm.yaml', 'auth: { api_key_file: key }');
    await eventually(() => errors.length > 0);
    write('key', 'the key of callers');
    await eventually(() => changes.length > 0);
    expect(errors).to.have.length(1);
    expect(changes[0]?.changed).to.deep.equal(['auth.api_key', 'auth.enabled']);
  });

  it('reports a directory of secrets with a bad member once', async () => {
    mkdirSync(join(directory, 'tokens', 'inner'), { recursive: true });
    write('stacyvm.yaml', '');
    start();
    write('stacyvm.yaml', 'auth: { worker_tokens_dir: tokens }');
    await eventually(() => errors.length > 0);
    // A good file proves that further looks have come.
    write('stacyvm.yaml', 'logging: { level: debug }');
    await eventually(() => changes.length > 0);
    expect(errors).to.have.length(1);
  });

  it('reports a refused file each time it is told to look', () => {
    write('stacyvm.yaml', '');
    start(60_000);
    write('stacyvm.yaml', 'logging: { level: loud }');
    watch?.reload();
    watch?.reload();
    expect(errors).to.have.length(2);
    expect(watch?.status().refusedReloads).to.equal(2);
  });

  it('keeps all as it was when the change cannot be put in force', () => {
    write('stacyvm.yaml', 'logging: { level: info }');
    start(60_000);
    const before = watch?.current();
    write('stacyvm.yaml', 'logging: { level: debug }');
    refusal = new Error('no');
    watch?.reload();
    expect(errors).to.deep.equal([refusal]);
    expect(watch?.current()).to.equal(before);
    expect(watch?.status()).to.deep.include({ generation: 0 });
    expect(watch?.status().lastError).to.deep.equal({ at: NOW, problems: [], message: 'no' });
    refusal = undefined;
    watch?.reload();
    expect(changes.map(({ generation, changed }) => [generation, changed])).to.deep.equal([
      [1, ['logging.level']],
    ]);
    expect(watch?.current().settings['logging.level']).to.equal('debug');
  });

  it('tells the generation, and what the last reload was refused for until one is not', () => {
    write('stacyvm.yaml', 'logging: { level: info }');
    start(60_000);
    expect(watch?.status()).to.deep.equal({ generation: 0, loadedAt: NOW, refusedReloads: 0 });
    write('stacyvm.yaml', 'logging: { level: loud }');
    watch?.reload();
    expect(watch?.status().lastError?.problems.map(({ key, code }) => [key, code])).to.deep.equal([
      ['logging.level', 'not_allowed'],
    ]);
    write('stacyvm.yaml', 'logging: { level: error }');
    watch?.reload();
    expect(watch?.status()).to.deep.equal({
      generation: 1,
      loadedAt: NOW,
      lastErrorAt: NOW,
      refusedReloads: 1,
    });
  });

  it('holds no digest that tells a short secret', () => {
    write('key', 'secret');
    write('stacyvm.yaml', 'auth: { api_key_file: key }');
    const plain = createHash('sha256').update('secret').digest();
    const text = JSON.stringify([...load().contents]);
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      expect(text).not.to.contain(plain.toString(encoding));
  });

  it('sees certificates that are named, and is silent about them', async () => {
    write('server.crt', 'one');
    write('server.key', 'one');
    write('stacyvm.yaml', 'server: { tls: { cert_file: server.crt, key_file: server.key } }');
    start();
    const before = looks;
    write('server.crt', 'two');
    await eventually(() => looks > before);
    expect([changes, errors]).to.deep.equal([[], []]);
    expect(watch?.current().files).to.include(join(directory, 'server.crt'));
  });
});
