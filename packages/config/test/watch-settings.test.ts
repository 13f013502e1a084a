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

describe('watchSettings', () => {
  let directory: string;
  let watch: SettingsWatch | undefined;
  let changes: SettingsChange[];
  let errors: unknown[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'watch-'));
    changes = [];
    errors = [];
  });
  afterEach(() => {
    watch?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const start = (intervalMs = FAST_MS): void => {
    const load = () => loadSettings({ env: {}, cwd: directory, homeDir: directory });
    watch = watchSettings({
      initial: load(),
      load,
      onChange: (change) => changes.push(change),
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
});
