import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'];
const PRINTENV = '#!/bin/sh\neval "printf \'%s\\n\' \\"\\$$1\\""\n';

/** A root file system of busybox and what it is linked with. */
export function makeBusyboxTree(directory: string): void {
  const busybox = BUSYBOX.find((path) => existsSync(path));
  if (busybox === undefined) {
    throw new Error('these tests need busybox: apt-get install --yes --no-install-recommends busybox-static');
  }
  for (const name of ['bin', 'etc', 'tmp'])
    mkdirSync(join(directory, name), { recursive: true, mode: 0o755 });
  chmodSync(join(directory, 'tmp'), 0o1777);
  const users = ['root:x:0:0:root:/root:/bin/sh', 'app:x:1234:1234:app:/:/bin/sh'];
  writeFileSync(join(directory, 'etc/passwd'), `${users.join('\n')}\n`);
  copyFileSync(busybox, join(directory, 'bin/busybox'));
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name !== 'busybox') symlinkSync('busybox', join(directory, 'bin', name));
  }
  const printenv = join(directory, 'bin/printenv');
  // Debian's busybox is built without it.
  if (!existsSync(printenv)) writeFileSync(printenv, PRINTENV, { mode: 0o755 });
  for (const library of librariesOf(busybox)) {
    mkdirSync(dirname(join(directory, library)), { recursive: true, mode: 0o755 });
    copyFileSync(library, join(directory, library));
  }
}

function librariesOf(program: string): readonly string[] {
  try {
    return (
      execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).match(
        /\/\S+/g,
      ) ?? []
    );
  } catch {
    // ldd fails for a static program.
    return [];
  }
}
