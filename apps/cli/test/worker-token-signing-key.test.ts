import { keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { createKeyDirectory, type KeyDirectory } from './worker-token-keys.js';

describe('the signing key of a stacyvm worker token command is found', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  const fingerprint = async (args: readonly string[], env: NodeJS.ProcessEnv = {}, input = '') => {
    const result = await keys.token(['worker-a', '--format', 'json', ...args], { env, input });
    expect(result.code, result.stderr).to.equal(0);
    return { used: JSON.parse(result.stdout).key_fingerprint, stderr: result.stderr };
  };
  const key = (letter: string): string => letter.repeat(40);
  const environment = { STACYVM_AUTH_WORKER_SIGNING_KEY: key('e') };

  beforeEach(() => {
    keys = createKeyDirectory();
    keys.file('stacyvm.yaml', 'auth:\n  worker_signing_key_file: configured\n');
    keys.file('configured', key('c'));
    keys.file('named.yaml', `auth: { worker_signing_key: ${key('n')} }\n`);
  });

  afterEach(() => keys.remove());

  it('in a file before the environment, and without a warning', async () => {
    const result = await fingerprint(['--signing-key-file', 'key'], environment);
    expect(result).to.deep.equal({ used: keyFingerprint(keys.key), stderr: '' });
  });

  it('on standard input', async () => {
    const result = await fingerprint(['--signing-key-file', '-'], environment, `${key('i')}\n`);
    expect(result).to.deep.equal({ used: keyFingerprint(key('i')), stderr: '' });
  });

  it('on the command line before the environment, with a warning that does not repeat it', async () => {
    const { used, stderr } = await fingerprint(['--signing-key', key('f')], environment);
    expect(used).to.equal(keyFingerprint(key('f')));
    expect(stderr)
      .to.match(/^stacyvm: warning: .*--signing-key-file\n$/)
      .and.not.contain('ffff');
  });

  it('in the environment before the configuration', async () => {
    expect((await fingerprint([], environment)).used).to.equal(keyFingerprint(key('e')));
  });

  it('in the configuration that is found or named', async () => {
    expect((await fingerprint([])).used).to.equal(keyFingerprint(key('c')));
    expect((await fingerprint([], { STACYVM_AUTH_WORKER_SIGNING_KEY: '' })).used).to.equal(
      keyFingerprint(key('c')),
    );
    expect((await fingerprint(['--config', 'named.yaml'])).used).to.equal(keyFingerprint(key('n')));
  });

  it('without the configuration when it has one, so that a broken one does no harm', async () => {
    keys.file('stacyvm.yaml', 'auth: [\n');
    expect((await fingerprint(['--signing-key-file', 'key'])).used).to.equal(keyFingerprint(keys.key));
    expect((await fingerprint([], environment)).used).to.equal(keyFingerprint(key('e')));
    const result = await keys.token(['worker-a']);
    expect(result).to.include({ code: 1, stdout: '' });
    expect(result.stderr).to.contain('stacyvm.yaml');
  });

  it('nowhere when it is a placeholder, and nothing is signed or derived with it', async () => {
    keys.file('published', 'change-me-to-a-signing-key-of-32-bytes\n');
    for (const command of [['worker-a'], ['derive-key', 'worker-a', '--out', 'derived']]) {
      const result = await keys.token([...command, '--signing-key-file', 'published']);
      expect(result.code).to.equal(1);
      expect(result.stdout).to.equal('');
      expect(result.stderr)
        .to.match(/the signing key is a placeholder/)
        .and.not.contain('change-me');
    }
  });
});
