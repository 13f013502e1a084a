import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeDirectory } from '../src/make-directory.js';

describe('making a directory', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'stacyvm-directory-'));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('makes what is missing with the mode, and leaves what is there', () => {
    makeDirectory(join(root, 'a', 'b'), 0o700);
    makeDirectory(join(root, 'a', 'b'), 0o755);
    expect(['a', 'a/b'].map((name) => statSync(join(root, name)).mode & 0o777)).to.deep.equal([0o700, 0o700]);
  });

  it('refuses a path through a file, a file, and a place where there can be none', () => {
    writeFileSync(join(root, 'file'), '');
    const codeOf = (path: string) => {
      try {
        makeDirectory(path);
        return 'made';
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    };
    expect([join(root, 'file'), join(root, 'file', 'x'), '/proc/none/x'].map(codeOf)).to.deep.equal([
      'ENOTDIR',
      'ENOTDIR',
      'ENOENT',
    ]);
  });
});
