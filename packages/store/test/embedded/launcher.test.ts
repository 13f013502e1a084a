import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { findPostgresBinaries } from '../../src/embedded/binaries.js';
import { createLauncher, firstUnreachable } from '../../src/embedded/launcher.js';
import { rejection } from '../rejection.js';
import { type ScratchDirectory, scratchDirectory } from './scratch-directory.js';

const ACCOUNT = { uid: 54_321, gid: 54_322 };

describe('firstUnreachable', () => {
  let closed: ScratchDirectory;
  let passable: ScratchDirectory;
  before(async () => {
    closed = await scratchDirectory('closed');
    passable = await scratchDirectory('passable');
    for (const { path } of [closed, passable]) {
      await mkdir(join(path, 'a', 'b'), { recursive: true, mode: 0o755 });
    }
  });
  after(async () => {
    await closed.remove();
    await passable.remove();
  });

  it('names the topmost directory that the account cannot pass', async () => {
    expect(await firstUnreachable(join(closed.path, 'a', 'b'), ACCOUNT)).to.equal(closed.path);
    expect(await firstUnreachable(closed.path, ACCOUNT)).to.equal(closed.path);
  });

  it('finds nothing on a way that is open', async () => {
    expect(await firstUnreachable(join(passable.path, 'a', 'b'), ACCOUNT)).to.equal(undefined);
  });

  it('counts the rights of owner and group for the owner and the group', async () => {
    const owner = { uid: process.getuid?.() ?? 0, gid: ACCOUNT.gid };
    expect(await firstUnreachable(join(closed.path, 'a'), owner)).to.equal(undefined);
    const group = { uid: ACCOUNT.uid, gid: process.getgid?.() ?? 0 };
    expect(await firstUnreachable(join(closed.path, 'a'), group)).to.equal(closed.path);
  });
});

describe('createLauncher', () => {
  it('starts programs as they are when no account is needed, tied to this process', async () => {
    const binaries = await findPostgresBinaries();
    const launcher = await createLauncher(binaries, '/data', undefined);
    expect(launcher).to.include({ mode: 'own', directory: '/data' });
    const { file, args, uid } = launcher.command('postgres', ['-D', '/data']);
    const program = [join(binaries.root, 'bin', 'postgres'), '-D', '/data'];
    const tied = ['setpriv', '--pdeathsig', 'INT', '--', ...program];
    expect([file, ...args]).to.deep.equal(process.platform === 'linux' ? tied : program);
    expect(uid).to.equal(undefined);
  });

  it('never covers a directory it has to show', async () => {
    const scratch = await scratchDirectory('closed');
    try {
      const binaries = { root: scratch.path };
      await mkdir(join(scratch.path, 'bin'));
      const launcher = await createLauncher(binaries, scratch.path, ACCOUNT);
      expect(launcher.mode).to.equal('namespace');
      expect(`${scratch.path}/`.startsWith(join(launcher.directory, '..'))).to.equal(false);
      expect(launcher.hint).to.contain(`chmod o+x ${scratch.path}`);
    } finally {
      await scratch.remove();
    }
  });
});

describe('findPostgresBinaries', () => {
  it('says what to do on a platform without binaries', async () => {
    const refusal = await rejection(findPostgresBinaries('sunos', 'sparc'), 'configuration');
    expect(refusal.message).to.match(/not available on sunos-sparc.*database\.driver postgres/);
  });
});
