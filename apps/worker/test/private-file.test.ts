import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { PrivateFileError, readPrivateFile, stagePrivateFile } from '../src/private-file.js';
import { scratchDirectory } from './scratch-directory.js';

const LIMIT = 64;

describe('a private file', () => {
  const scratch = scratchDirectory();
  const modeOf = (path: string): number => statSync(path).mode & 0o777;

  async function write(path: string, text: string): Promise<void> {
    const file = await stagePrivateFile(path);
    await file.commit(text);
  }

  function problem(path: string): string | undefined {
    try {
      readPrivateFile(path, LIMIT);
      return undefined;
    } catch (error) {
      expect(error).to.be.instanceOf(PrivateFileError);
      const { code, message } = error as PrivateFileError;
      expect(message).to.contain(scratch.path).and.not.contain('content');
      return code;
    }
  }

  it('is read as it was written', async () => {
    const path = scratch.file('a', 'b', 'key');
    expect(readPrivateFile(path, LIMIT)).to.equal(undefined);
    await write(path, 'one');
    expect(readPrivateFile(path, LIMIT)).to.equal('one');
    await write(path, 'x'.repeat(LIMIT));
    expect(readPrivateFile(path, LIMIT)).to.equal('x'.repeat(LIMIT));
  });

  it('is for its owner alone, whatever the umask and the directory were', async () => {
    const path = scratch.file('identity', 'key');
    mkdirSync(scratch.file('identity'), { mode: 0o777 });
    chmodSync(scratch.file('identity'), 0o777);
    const umask = process.umask(0);
    try {
      await write(path, 'content');
    } finally {
      process.umask(umask);
    }
    expect([modeOf(path), modeOf(scratch.file('identity'))]).to.deep.equal([0o600, 0o700]);
  });

  it('is not there before it is whole, and leaves nothing behind when it is given up', async () => {
    const path = scratch.file('key');
    const file = await stagePrivateFile(path);
    expect(existsSync(path)).to.equal(false);
    await file.discard();
    expect(readdirSync(scratch.path)).to.deep.equal([]);
  });

  it('stays as it was until the new content is in place', async () => {
    const path = scratch.file('key');
    await write(path, 'old');
    const file = await stagePrivateFile(path);
    expect(readFileSync(path, 'utf8')).to.equal('old');
    await file.commit('new');
    expect(readFileSync(path, 'utf8')).to.equal('new');
    expect(readdirSync(scratch.path)).to.deep.equal(['key']);
  });

  it('leaves no part of it behind when it cannot be put in place', async () => {
    mkdirSync(scratch.file('key', 'in the way'), { recursive: true });
    const failure = await write(scratch.file('key'), 'content').catch((error: unknown) => error);
    expect(failure).to.include({ name: 'PrivateFileError', code: 'unwritable' });
    expect(readdirSync(scratch.path)).to.deep.equal(['key']);
  });

  it('leaves no part of it behind, and the old one in place, when writing fails halfway', async () => {
    const path = scratch.file('key');
    await write(path, 'old');
    const module = new URL('../src/private-file.ts', import.meta.url).href;
    const program = `
      import { stagePrivateFile } from ${JSON.stringify(module)};
      const file = await stagePrivateFile(process.argv[1]);
      await file.commit('x'.repeat(1024 * 1024)).catch((error) => console.log(error.message));`;
    // A limit of the size of files, in KiB: the first part is written, the rest is not.
    const output = execFileSync(
      'bash',
      [
        '-c',
        'ulimit -f 64; exec "$@"',
        'bash',
        process.execPath,
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        program,
        path,
      ],
      { encoding: 'utf8' },
    );
    expect(output).to.contain('EFBIG').and.not.contain('xxx');
    expect(readFileSync(path, 'utf8')).to.equal('old');
    expect(readdirSync(scratch.path)).to.deep.equal(['key']);
  });

  it('says at once when there is no place for it', async () => {
    writeFileSync(scratch.file('file'), '');
    const failure = await stagePrivateFile(scratch.file('file', 'key')).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'unwritable' });
  });

  const refused: readonly { name: string; make: (path: string) => void; code: string }[] = [
    { name: 'that the group may read', make: (path) => chmodSync(path, 0o640), code: 'not_private' },
    { name: 'that others may read', make: (path) => chmodSync(path, 0o604), code: 'not_private' },
    { name: 'that others may write', make: (path) => chmodSync(path, 0o602), code: 'not_private' },
    {
      name: 'in a directory that others may write to',
      make: () => chmodSync(scratch.path, 0o777),
      code: 'not_private',
    },
    {
      name: 'that is larger than it should be',
      make: (path) => writeFileSync(path, 'x'.repeat(LIMIT + 1)),
      code: 'invalid_content',
    },
  ];
  for (const { name, make, code } of refused) {
    it(`is not read when it is one ${name}`, async () => {
      const path = scratch.file('key');
      await write(path, 'content');
      make(path);
      expect(problem(path)).to.equal(code);
    });
  }

  it('is not read through a link, which may lead elsewhere tomorrow', async () => {
    await write(scratch.file('elsewhere'), 'content');
    symlinkSync('elsewhere', scratch.file('key'));
    expect(problem(scratch.file('key'))).to.equal('not_private');
    linkSync(scratch.file('elsewhere'), scratch.file('same'));
    expect(readPrivateFile(scratch.file('same'), LIMIT)).to.equal('content');
  });

  it('is a file: a directory and a pipe are refused, and not waited for', () => {
    mkdirSync(scratch.file('directory'), { mode: 0o700 });
    expect(problem(scratch.file('directory'))).to.equal('not_private');
    execFileSync('bash', ['-c', 'mkfifo -m 600 "$1"', 'bash', scratch.file('pipe')]);
    expect(problem(scratch.file('pipe'))).to.equal('not_private');
  });

  it('is not read when it is of another user', async () => {
    const path = scratch.file('key');
    await write(path, 'content');
    const { uid } = statSync(path);
    expect(readPrivateFile(path, LIMIT, uid)).to.equal('content');
    expect(() => readPrivateFile(path, LIMIT, uid + 1))
      .to.throw(PrivateFileError, `belongs to another user (uid ${uid})`)
      .with.property('code', 'not_private');
  });
});
