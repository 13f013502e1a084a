import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { placeFiles } from '../../src/tls/place-files.js';

describe('placeFiles', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'place-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const at = (name: string): string => join(directory, name);
  const files = (...names: readonly string[]) =>
    names.map((name) => ({ path: at(name), text: `new ${name}`, mode: 0o600 as const }));
  const failureOf = (work: Promise<void>): Promise<string> =>
    work.then(
      () => 'written',
      ({ message }: Error) => message,
    );

  it('writes each with its mode, and leaves nothing else', async () => {
    await placeFiles([...files('a.key'), { path: at('a.crt'), text: 'c', mode: 0o644 }], { replace: false });
    expect(readdirSync(directory).sort()).to.deep.equal(['a.crt', 'a.key']);
    expect(statSync(at('a.key')).mode & 0o777).to.equal(0o600);
    expect(statSync(at('a.crt')).mode & 0o777).to.equal(0o644);
  });

  it('writes none when one is there already', async () => {
    writeFileSync(at('b'), 'mine');
    expect(await failureOf(placeFiles(files('a', 'b', 'c'), { replace: false }))).to.equal(
      `${at('b')} exists; nothing is changed`,
    );
    expect(readdirSync(directory)).to.deep.equal(['b']);
    expect(readFileSync(at('b'), 'utf8')).to.equal('mine');
  });

  it('writes none when the directory of one is not there', async () => {
    writeFileSync(at('a'), 'old a');
    expect(await failureOf(placeFiles(files('a', 'none/b'), { replace: true }))).to.equal(
      `${at('none/b')} cannot be written: ENOENT; nothing is changed`,
    );
    expect(readFileSync(at('a'), 'utf8')).to.equal('old a');
    expect(readdirSync(directory)).to.deep.equal(['a']);
  });

  it('brings back what it has replaced when another cannot be', async () => {
    writeFileSync(at('a'), 'old a');
    mkdirSync(at('c'));
    expect(await failureOf(placeFiles(files('a', 'b', 'c'), { replace: true }))).to.equal(
      `${at('c')} cannot be written: EISDIR; nothing is changed`,
    );
    expect(readFileSync(at('a'), 'utf8')).to.equal('old a');
    expect(readdirSync(directory)).to.deep.equal(['a', 'c']);
  });

  it('replaces all when told to', async () => {
    writeFileSync(at('a'), 'old a');
    await placeFiles(files('a', 'b'), { replace: true });
    expect(readFileSync(at('a'), 'utf8')).to.equal('new a');
    expect(readdirSync(directory).sort()).to.deep.equal(['a', 'b']);
  });
});
