import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { CredentialError, fileCredentialSource } from '../src/index.js';
import { failureOf } from './worker-fixture.js';

describe('fileCredentialSource', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stacyvm-token-'));
    path = join(directory, 'token');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('reads the file for every request, and drops the white space at its end', async () => {
    const source = fileCredentialSource({ path });
    await writeFile(path, 'first\n');
    expect(await source.credential()).to.deep.equal({ token: 'first' });
    await writeFile(path, 'second\r\n');
    expect(await source.credential()).to.deep.equal({ token: 'second' });
    expect(source.describe()).to.equal(`token file ${path}`);
  });

  const refused: ReadonlyArray<readonly [string, string | undefined, string]> = [
    ['a missing file', undefined, 'credential_missing'],
    ['an empty file', '', 'credential_empty'],
    ['a file of white space', ' \n', 'credential_empty'],
    ['a file over 16 KiB', 'x'.repeat(16 * 1024 + 1), 'credential_too_large'],
    ['two lines', 'secret-one\nsecret-two\n', 'credential_malformed'],
    ['what no header can carry', 'sécret', 'credential_malformed'],
  ];
  for (const [what, content, code] of refused) {
    it(`refuses ${what}: names the path, never the content`, async () => {
      if (content !== undefined) await writeFile(path, content);
      const failure = await failureOf(fileCredentialSource({ path }).credential());
      expect(failure).to.be.instanceOf(CredentialError);
      expect(failure['code']).to.equal(code);
      expect(failure.message).to.include(path);
      // The name of the directory is random.
      expect(failure.message.replaceAll(path, '')).not.to.match(/s.cret|xxx/);
    });
  }

  it('accepts exactly 16 KiB', async () => {
    await writeFile(path, 'x'.repeat(16 * 1024));
    expect((await fileCredentialSource({ path }).credential()).token).to.have.length(16 * 1024);
  });

  it('refuses a directory, and a named pipe without waiting for a writer', async () => {
    await promisify(execFile)('mkfifo', [path]);
    for (const unreadable of [directory, path]) {
      const failure = await failureOf(fileCredentialSource({ path: unreadable }).credential());
      expect(failure['code']).to.equal('credential_unreadable');
    }
  });

  it('warns once when others may read the file, and presents it all the same', async () => {
    const warnings: string[] = [];
    const source = fileCredentialSource({ path, onWarning: (message) => warnings.push(message) });
    await writeFile(path, 'secret\n', { mode: 0o600 });
    await source.credential();
    expect(warnings).to.deep.equal([]);
    await chmod(path, 0o640);
    expect(await source.credential()).to.deep.equal({ token: 'secret' });
    await chmod(path, 0o604);
    await source.credential();
    expect(warnings).to.deep.equal([`token file ${path} is open to other users (mode 0640); make it 0600`]);
  });

  it('looks at the mode of the file that a link leads to', async () => {
    const warnings: string[] = [];
    await writeFile(path, 'secret\n', { mode: 0o600 });
    await symlink(path, join(directory, 'link'));
    const source = fileCredentialSource({
      path: join(directory, 'link'),
      onWarning: (message) => warnings.push(message),
    });
    await source.credential();
    expect(warnings).to.deep.equal([]);
  });

  it('has nothing better than what is in the file', async () => {
    await writeFile(path, 'refused\n', { mode: 0o600 });
    const source = fileCredentialSource({ path });
    for (const reason of ['token_expired', 'token_bad_signature', undefined]) {
      expect(source.refused?.(reason, 'refused')).to.equal(false);
    }
  });
});
