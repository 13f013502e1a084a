import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CommandFailure } from '../src/failure.js';
import { writeNewFile, writeToldOnce } from '../src/new-file.js';

describe('writeNewFile', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'new-file-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const failureOf = (work: Promise<void>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('writes for the owner alone, whatever the umask', async () => {
    const path = join(directory, 'a');
    const umask = process.umask(0o777);
    try {
      await writeNewFile(path, 'text', { replace: false });
    } finally {
      process.umask(umask);
    }
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(readFileSync(path, 'utf8')).to.equal('text');
    expect(readdirSync(directory)).to.deep.equal(['a']);
  });

  it('replaces only when it is to, and then with its own mode', async () => {
    const path = join(directory, 'a');
    writeFileSync(path, 'before');
    chmodSync(path, 0o644);
    const error = await failureOf(writeNewFile(path, 'after', { replace: false }));
    expect(error).to.be.instanceOf(CommandFailure);
    expect(readFileSync(path, 'utf8')).to.equal('before');
    await writeNewFile(path, 'after', { replace: true });
    expect(readFileSync(path, 'utf8')).to.equal('after');
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(readdirSync(directory)).to.deep.equal(['a']);
  });

  it('writes what comes in parts', async () => {
    const path = join(directory, 'a');
    async function* parts(): AsyncGenerator<string> {
      yield 'one ';
      yield 'two';
    }
    await writeNewFile(path, parts(), { replace: false });
    expect(readFileSync(path, 'utf8')).to.equal('one two');
  });

  it('leaves what was there, and nothing else, when the parts break off', async () => {
    const path = join(directory, 'a');
    writeFileSync(path, 'before');
    const broken = Object.assign(new Error('the server is gone'), { code: 'gone' });
    async function* parts(): AsyncGenerator<string> {
      yield 'one ';
      throw broken;
    }
    expect(await failureOf(writeNewFile(path, parts(), { replace: true }))).to.equal(broken);
    expect(readFileSync(path, 'utf8')).to.equal('before');
    expect(readdirSync(directory)).to.deep.equal(['a']);
  });

  it('does not ask for the parts of what may not be written', async () => {
    const path = join(directory, 'a');
    writeFileSync(path, 'before');
    let asked = false;
    async function* parts(): AsyncGenerator<string> {
      asked = true;
      yield '';
    }
    expect(String(await failureOf(writeNewFile(path, parts(), { replace: false })))).to.contain('--force');
    expect(asked).to.equal(false);
  });

  it('leaves nothing behind where it cannot write', async () => {
    const error = await failureOf(writeNewFile(join(directory, 'b', 'a'), 'text', { replace: false }));
    expect(String(error)).to.match(/cannot be written: ENOENT/);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  describe('for what is told once', () => {
    const tell = (path: string, made: string[]) =>
      writeToldOnce(
        path,
        async () => {
          made.push('secret');
          return 'secret';
        },
        (text) => `${text}\n`,
        () => 'make another',
      );

    it('writes it and hands it on', async () => {
      const path = join(directory, 'a');
      expect(await tell(path, [])).to.equal('secret');
      expect(readFileSync(path, 'utf8')).to.equal('secret\n');
      expect(statSync(path).mode & 0o777).to.equal(0o600);
    });

    it('asks for nothing where it cannot be written', async () => {
      writeFileSync(join(directory, 'taken'), 'before');
      const made: string[] = [];
      for (const path of [join(directory, 'taken'), join(directory, 'missing', 'a'), '/proc/none']) {
        const failure = await failureOf(tell(path, made).then(() => undefined));
        expect(failure, path).to.be.instanceOf(CommandFailure);
        expect(String(failure)).not.to.contain('make another');
      }
      expect(made).to.deep.equal([]);
      expect(readdirSync(directory)).to.deep.equal(['taken']);
    });

    it('leaves nothing when it is refused, and passes the refusal on', async () => {
      const refusal = new Error('refused');
      const failure = await failureOf(
        writeToldOnce(
          join(directory, 'a'),
          () => Promise.reject(refusal),
          () => '',
          () => '',
        ).then(() => undefined),
      );
      expect(failure).to.equal(refusal);
      expect(readdirSync(directory)).to.deep.equal([]);
    });

    it('says what to do when the place was taken in the meantime', async () => {
      const path = join(directory, 'a');
      const failure = await failureOf(
        writeToldOnce(
          path,
          async () => writeFileSync(path, 'another'),
          () => 'secret',
          () => 'make another',
        ).then(() => undefined),
      );
      expect(String(failure)).to.contain('exists').and.contain('; make another');
      expect(readFileSync(path, 'utf8')).to.equal('another');
    });
  });
});
