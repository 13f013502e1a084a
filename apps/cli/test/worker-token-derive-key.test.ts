import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { createKeyDirectory, type KeyDirectory } from './worker-token-keys.js';

describe('stacyvm worker token derive-key', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  beforeEach(() => {
    keys = createKeyDirectory();
  });
  afterEach(() => keys.remove());

  const derive = (...args: readonly string[]) =>
    keys.token(['derive-key', 'worker-a', '--signing-key-file', 'key', ...args]);

  it('prints the key alone, the same as every implementation derives', async () => {
    keys.file('key', '0123456789abcdef0123456789abcdef\n');
    expect(await derive()).to.deep.equal({
      code: 0,
      stdout: 'hqq7HJ3DLU7swlNgjHrQEo1LCWiHRtnHso6MlVNkGnQ\n',
      stderr: '',
    });
  });

  it('prints it as JSON', async () => {
    const key = deriveWorkerKey(keys.key, 'worker-a');
    expect(JSON.parse((await derive('--format', 'json')).stdout)).to.deep.equal({
      worker_id: 'worker-a',
      key_fingerprint: keyFingerprint(key),
      key,
    });
  });

  it('writes it to a file that only its owner can read, and does not print it then', async () => {
    const key = deriveWorkerKey(keys.key, 'worker-a');
    const text = await derive('--out', 'a.key');
    expect(text.stdout).to.equal(`a.key: key of worker-a, fingerprint ${keyFingerprint(key)}\n`);
    expect(readFileSync(keys.file('a.key'), 'utf8')).to.equal(`${key}\n`);
    expect(statSync(keys.file('a.key')).mode & 0o777).to.equal(0o600);
    expect(JSON.parse((await derive('--out', 'b.key', '--format', 'json')).stdout)).to.deep.equal({
      worker_id: 'worker-a',
      key_fingerprint: keyFingerprint(key),
      file: 'b.key',
    });
  });

  it('replaces a file only when forced, and then neither its mode nor the target of a link stays', async () => {
    writeFileSync(keys.file('old'), 'keep', { mode: 0o644 });
    symlinkSync('old', keys.file('link'));
    const refused = await derive('--out', 'link');
    expect(refused).to.include({
      code: 1,
      stdout: '',
      stderr: 'stacyvm: link exists; --force replaces it\n',
    });
    expect((await derive('--out', 'link', '--force')).code).to.equal(0);
    expect(readFileSync(keys.file('old'), 'utf8')).to.equal('keep');
    expect(lstatSync(keys.file('link')).isSymbolicLink()).to.equal(false);
    expect(statSync(keys.file('link')).mode & 0o777).to.equal(0o600);
  });

  it('makes a key that its worker can use', async () => {
    await derive('--out', 'a.key');
    const { stdout } = await keys.token(['worker-a', '--signing-key-file', 'a.key']);
    const verified = await keys.token(
      ['verify', '--format', 'json', '--signing-key-file', 'key', '--worker-key-scope', 'derived'],
      { input: stdout },
    );
    expect(JSON.parse(verified.stdout)).to.include({ key_role: 'derived(active)', worker_id: 'worker-a' });
  });

  const refused: ReadonlyArray<readonly [string, readonly string[], 1 | 2, RegExp]> = [
    ['no worker id', ['derive-key', '--signing-key-file', 'key'], 2, /Not enough/],
    [
      'a worker id outside the grammar',
      ['derive-key', 'a b', '--signing-key-file', 'key'],
      2,
      /a worker id is/,
    ],
    ['no key', ['derive-key', 'worker-a'], 1, /there is no signing key/],
    [
      'a key that is too short',
      ['derive-key', 'worker-a', '--signing-key-file', 'weak'],
      1,
      /fewer than 32 bytes/,
    ],
    [
      '--force without a file',
      ['derive-key', 'worker-a', '--signing-key-file', 'key', '--force'],
      2,
      /--force goes with --out/,
    ],
    [
      'a file in no directory',
      ['derive-key', 'worker-a', '--signing-key-file', 'key', '--out', 'no/where'],
      1,
      /no\/where cannot be written: ENOENT/,
    ],
  ];
  for (const [name, args, code, message] of refused) {
    it(`refuses ${name}`, async () => {
      const result = await keys.token(args);
      expect(result).to.include({ code, stdout: '' });
      expect(result.stderr).to.match(message);
      expect(existsSync(keys.file('no'))).to.equal(false);
    });
  }
});
