import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const APPLETS = ['sh', 'cat', 'ls', 'id', 'echo', 'touch'];

/** A small root file system: busybox where the host has it, else the host's own shell and tools with the libraries they need. */
export function makeRootfs(directory: string): void {
  mkdirSync(join(directory, 'bin'), { recursive: true, mode: 0o755 });
  mkdirSync(join(directory, 'etc'), { mode: 0o755 });
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nolduser:x:1000:1000::/:/bin/sh\n');
  writeFileSync(join(directory, 'etc/image-name'), 'tiny\n');
  writeFileSync(join(directory, 'etc/hosts'), '192.0.2.1 stale\n');
  if (existsSync('/bin/busybox')) {
    copyFileSync('/bin/busybox', join(directory, 'bin/busybox'));
    for (const name of APPLETS) symlinkSync('busybox', join(directory, 'bin', name));
    return;
  }
  for (const name of APPLETS) {
    const program = `/bin/${name}`;
    copyFileSync(program, join(directory, 'bin', name));
    const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
    for (const library of libraries) {
      const target = join(directory, library);
      mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
      copyFileSync(library, target);
    }
  }
}
