import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createBubblewrapProvider } from '../../src/index.js';
import { run, spec } from '../sandbox-run.js';
import { bubblewrapFixture, type ProviderFixture, temporaryDirectory } from './provider-fixture.js';
import { makeRootfs } from './rootfs-fixture.js';

describe('bubblewrap: images', () => {
  let directory: string;
  let fixture: ProviderFixture;
  const sh = async (command: string) => await run(fixture.provider, 'sb', command);

  before(async () => {
    directory = temporaryDirectory();
    makeRootfs(join(directory, 'rootfs'));
    fixture = await bubblewrapFixture({ images: { 'tiny:1': join(directory, 'rootfs') } });
    await fixture.provider.spawn(spec('sb', { image: 'tiny:1' }));
  });

  after(async () => {
    await fixture?.dispose();
    rmSync(directory, { recursive: true });
  });

  it('lists the host image and the registered ones', () => {
    expect(fixture.provider.images()).to.deep.equal(['host', 'tiny:1']);
  });

  it('runs on the files of the image, not of the host', async () => {
    expect((await sh('cat /etc/image-name; ls -A /')).stdout.split('\n')).to.include.members([
      'tiny',
      'bin',
      'etc',
    ]);
    expect((await sh('ls /usr/bin')).stdout).not.to.include('mocha');
    expect((await run(fixture.provider, 'sb', { mode: 'argv', command: 'python3' })).exitCode).to.equal(127);
  });

  it('mounts what every sandbox has, although the image lacks the directories', async () => {
    const { stdout } = await sh(
      'for d in /proc/self /dev/null /tmp /workspace; do [ -e $d ] && echo $d; done',
    );
    expect(stdout).to.equal('/proc/self\n/dev/null\n/tmp\n/workspace\n');
    expect((await sh('echo x > /workspace/f && echo y > /tmp/f && cat f')).stdout).to.equal('x\n');
  });

  it('is read-only', async () => {
    for (const path of ['/x', '/etc/x', '/bin/x', '/etc/image-name']) {
      expect((await sh(`echo x > ${path}`)).exitCode, path).not.to.equal(0);
    }
  });

  it('knows the sandbox by name: its user and its hosts', async () => {
    expect((await sh('cat /etc/passwd')).stdout).to.equal(
      'root:x:0:0::/:/bin/sh\nsandbox:x:1000:1000:sandbox:/workspace:/bin/sh\n',
    );
    expect((await sh('cat /etc/hosts')).stdout)
      .to.include('sb')
      .and.not.include('stale');
  });

  const refused: ReadonlyArray<readonly [string, Record<string, string>]> = [
    ['a relative directory', { a: 'rootfs' }],
    ['the root of the host', { a: '/' }],
    ['the root of the host, disguised', { a: '/usr/..' }],
    ['a second image named host', { host: '/srv/host' }],
    ['an empty name', { '': '/srv/a' }],
    ['a name with a newline', { 'a\nb': '/srv/a' }],
  ];
  for (const [what, images] of refused) {
    it(`refuses to register ${what}`, () => {
      expect(() => createBubblewrapProvider({ stateDir: '/nonexistent', images }))
        .to.throw()
        .with.property('code', 'invalid_request');
    });
  }

  it('follows no link of an image on the host', async () => {
    const rootfs = join(directory, 'linked');
    makeRootfs(rootfs);
    const secret = join(directory, 'secret');
    mkdirSync(secret);
    writeFileSync(join(secret, 'passwd'), 'secret:x:0:0::/:/bin/sh\n');
    writeFileSync(join(secret, 'hosts'), 'secret\n');
    rmSync(join(rootfs, 'etc'), { recursive: true });
    symlinkSync(secret, join(rootfs, 'etc'));
    const other = await bubblewrapFixture({ images: { linked: rootfs } });
    await other.provider.spawn(spec('sb', { image: 'linked' }));
    expect((await run(other.provider, 'sb', 'cat /etc/passwd /etc/hosts')).stdout).to.equal('');
    await other.dispose();
  });

  it('reports an image whose directory is gone', async () => {
    const gone = join(directory, 'gone');
    mkdirSync(gone);
    const other = await bubblewrapFixture({ images: { gone } });
    rmSync(gone, { recursive: true });
    const error = await other.provider.spawn(spec('sb', { image: 'gone' })).catch((reason: Error) => reason);
    expect(error).to.have.property('code', 'spawn_failed');
    expect(error).to.have.property('message').that.includes('gone');
    await other.dispose();
  });
});
