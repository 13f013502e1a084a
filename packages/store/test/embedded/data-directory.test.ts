import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { findPostgresBinaries } from '../../src/embedded/binaries.js';
import { initialiseCluster, openDatabaseDirectory } from '../../src/embedded/data-directory.js';
import { databaseAccount } from '../../src/embedded/database-account.js';
import { silentLogger } from '../../src/logger.js';
import { rejection } from '../rejection.js';
import { type ScratchDirectory, scratchDirectory } from './scratch-directory.js';

describe('database directory', () => {
  let scratch: ScratchDirectory;
  beforeEach(async () => {
    scratch = await scratchDirectory();
  });
  afterEach(() => scratch.remove());

  const initialise = async (directory: string) =>
    initialiseCluster(directory, {
      binaries: await findPostgresBinaries(),
      account: await databaseAccount(silentLogger),
      durable: false,
    });

  it('is made with its parents, data and password closed to everyone else', async () => {
    const directory = await openDatabaseDirectory(join(scratch.path, 'a', 'db'));
    const { dataDirectory, password } = await initialise(directory);
    expect(password).to.match(/^[\w-]{32}$/);
    expect((await readFile(join(directory, 'password'), 'utf8')).trim()).to.equal(password);
    expect((await stat(join(directory, 'password'))).mode & 0o777).to.equal(0o600);
    expect((await stat(dataDirectory)).mode & 0o777).to.equal(0o700);
    expect(await readdir(directory)).to.have.members(['data', 'password']);
    const rules = (await readFile(join(dataDirectory, 'pg_hba.conf'), 'utf8'))
      .split('\n')
      .filter((line) => /^(?:local|host)/.test(line));
    expect(rules.every((line) => line.endsWith('scram-sha-256'))).to.equal(true);
  });

  it('is refused, rather than waited for, where there can be none', async () => {
    const refusal = await rejection(openDatabaseDirectory('/proc/none/db'), 'configuration');
    expect(refusal.message).to.match(/^database\.path \/proc\/none\/db cannot be used: ENOENT/);
  });

  it('is taken up again with the same password, and initdb that was cut off leaves no trace', async () => {
    const directory = await openDatabaseDirectory(scratch.path);
    await mkdir(join(directory, 'staging', 'data'), { recursive: true });
    await writeFile(join(directory, 'staging', 'data', 'PG_VERSION'), '15\n');
    const first = await initialise(directory);
    const { mtimeMs } = await stat(join(first.dataDirectory, 'PG_VERSION'));
    expect(await initialise(await openDatabaseDirectory(scratch.path))).to.deep.equal(first);
    expect((await stat(join(first.dataDirectory, 'PG_VERSION'))).mtimeMs).to.equal(mtimeMs);
    expect(await readdir(directory)).to.have.members(['data', 'password']);

    await rm(join(directory, 'password'));
    const refusal = await rejection(initialise(directory), 'configuration');
    expect(refusal.message, 'a lost password must not be replaced').to.contain('password is missing');
    expect(await readdir(directory)).to.deep.equal(['data']);
  });

  it('is refused when it holds something else', async () => {
    await writeFile(join(scratch.path, 'thesis.tex'), '');
    const refusal = await rejection(openDatabaseDirectory(scratch.path), 'configuration');
    expect(refusal.message).to.contain('"thesis.tex"');
    expect(await readdir(scratch.path)).to.deep.equal(['thesis.tex']);
  });

  it('is refused when it is a file', async () => {
    await writeFile(join(scratch.path, 'file'), '');
    await rejection(openDatabaseDirectory(join(scratch.path, 'file')), 'configuration');
  });
});
