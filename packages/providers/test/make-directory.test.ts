import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createBubblewrapProvider, makeDirectory } from '../src/index.js';

describe('makeDirectory', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'stacyvm-make-directory-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('makes what is missing, with the mode, also several times at once', async () => {
    const path = join(root, 'a', 'b', 'c');
    await Promise.all([1, 2, 3].map(() => makeDirectory(path, 0o700)));
    await makeDirectory(path, 0o755);
    for (const directory of [path, join(root, 'a')]) expect(statSync(directory).mode & 0o777).to.equal(0o700);
  });

  it('is what a provider says of its state directory, in words', async () => {
    const provider = createBubblewrapProvider({ stateDir: '/proc/none/x' });
    const failure = await provider.recover().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.include({ name: 'ProviderError', code: 'unavailable' });
    expect(String(failure)).to.contain(
      '/proc/none/x cannot be made: ENOENT; name one where this user may write',
    );
  });

  const refused: ReadonlyArray<readonly [string, string, string]> = [
    ['below /proc, where there can be none', '/proc/none/x', 'ENOENT'],
    ['below a file', 'file/x', 'ENOTDIR'],
  ];
  for (const [name, path, code] of refused) {
    it(`is refused ${name}`, async () => {
      writeFileSync(join(root, 'file'), '');
      const failure = await makeDirectory(path.startsWith('/') ? path : join(root, path), 0o700).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.include({ code });
    });
  }
});
