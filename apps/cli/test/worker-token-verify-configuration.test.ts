import { deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import { createKeyDirectory, goodClaims, type KeyDirectory, signedToken } from './worker-token-keys.js';

describe('stacyvm worker token verify, and the configuration', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  beforeEach(() => {
    keys = createKeyDirectory();
  });
  afterEach(() => keys.remove());

  const good = (): string => signedToken(keys.key, goodClaims());
  const verify = async (args: readonly string[], options?: Parameters<KeyDirectory['token']>[1]) => {
    const result = await keys.token(['verify', '--format', 'json', ...args], options);
    return { ...result, document: result.stdout === '' ? undefined : JSON.parse(result.stdout) };
  };

  describe('that is there', () => {
    const previous = 'p'.repeat(40);
    beforeEach(() => {
      keys.file('previous', `${previous}\n`);
      keys.file(
        'stacyvm.yaml',
        `auth:
  worker_signing_key_file: key
  worker_signing_keys_file: previous
  worker_revoked_token_ids: [gone]
  worker_key_scope: derived
  worker_token_profile: compatible
`,
      );
    });
    const byWorker = (master: string, change = {}): string =>
      signedToken(deriveWorkerKey(master, 'worker-a'), goodClaims(change));

    it('takes its keys, revoked ids, key scope and profile, and adds the options', async () => {
      const [old, gone, master, bare, more] = await Promise.all([
        verify([byWorker(previous)]),
        verify([byWorker(keys.key, { jti: 'gone' })]),
        verify([good()]),
        verify([byWorker(keys.key, { jti: undefined })]),
        verify([byWorker(keys.key), '--revoked-token-id', 'token-1']),
      ]);
      expect(old.document.key_role).to.equal('derived(verify_only[0])');
      expect(gone.document.code).to.equal('revoked');
      expect(master.document.code).to.equal('bad_signature');
      expect(bare.document.signature_verified).to.equal(true);
      expect(more.document.code).to.equal('revoked');
    });

    it('lets options override it', async () => {
      const result = await verify([good(), '--worker-key-scope', 'any', '--profile', 'strict']);
      expect(result.code, result.stderr).to.equal(0);
    });

    it('leaves it alone when an option gives a key, unless it is named', async () => {
      const token = byWorker(keys.key, { jti: 'gone' });
      expect((await verify([token, '--signing-key-file', 'key'])).code).to.equal(0);
      const named = await verify([token, '--verification-key-file', 'key', '--config', 'stacyvm.yaml']);
      expect(named.document.code).to.equal('revoked');
    });

    it('fails when it is broken and needed, only then', async () => {
      keys.file('stacyvm.yaml', 'auth: { worker_key_scope: all }\n');
      expect((await verify([good(), '--signing-key-file', 'key'])).code).to.equal(0);
      const result = await verify([good()]);
      expect(result).to.include({ code: 1, stdout: '' });
      expect(result.stderr).to.contain('auth.worker_key_scope');
    });
  });
});
