import { WORKSPACE } from '../exec-request.js';
import type { RootLayout } from './images.js';

/** The uid and gid of every program inside a sandbox. */
export const SANDBOX_UID = 1000;

/** What the installed bubblewrap can do. */
export interface BwrapFeatures {
  readonly version: string;
  /** `--disable-userns` (0.8.0): programs inside cannot make user namespaces, which closes most of the kernel's attack surface. */
  readonly disableUserns: boolean;
  /** `--size` for tmpfs (0.9.0). */
  readonly tmpfsSize: boolean;
}

export interface BwrapLayout {
  readonly sandboxId: string;
  readonly workspace: string;
  /** Where the image's root file system is bound on the host's side, when the image has one. */
  readonly rootfs: string | undefined;
  readonly root: RootLayout;
  /** File descriptors of `root.files`, in their order. */
  readonly fileFds: readonly number[];
  readonly infoFd: number;
  readonly memoryMb: number;
}

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
/** Says when everything is mounted, then waits for the end of input: the worker's death, however sudden, ends the sandbox. */
export const KEEP_ALIVE = ['/bin/sh', '-c', 'echo ready; exec >/dev/null 2>&1; read -r _'] as const;

/** The options of bubblewrap for one sandbox, to be passed through `--args`, which does not take the command. */
export function bwrapArguments(layout: BwrapLayout, features: BwrapFeatures): readonly string[] {
  const size = (mib: number) =>
    features.tmpfsSize ? ['--size', String(Math.max(1, Math.floor(mib)) * 1024 * 1024)] : [];
  return [
    ...['--unshare-all', '--unshare-user', ...(features.disableUserns ? ['--disable-userns'] : [])],
    ...['--uid', String(SANDBOX_UID), '--gid', String(SANDBOX_UID), '--hostname', layout.sandboxId],
    ...['--die-with-parent', '--new-session', '--clearenv'],
    ...rootEntries(layout),
    ...['--proc', '/proc'],
    // Not --dev: it nests another user namespace, which a non-root worker could not enter.
    ...['--perms', '0755', '--tmpfs', '/dev'],
    ...DEVICES.flatMap((name) => ['--dev-bind-try', `/dev/${name}`, `/dev/${name}`]),
    ...['--symlink', '/proc/self/fd', '/dev/fd', '--symlink', '/proc/self/fd/0', '/dev/stdin'],
    ...['--symlink', '/proc/self/fd/1', '/dev/stdout', '--symlink', '/proc/self/fd/2', '/dev/stderr'],
    ...[...size(layout.memoryMb / 4), '--perms', '1777', '--tmpfs', '/dev/shm'],
    ...[...size(layout.memoryMb / 2), '--perms', '1777', '--tmpfs', '/tmp'],
    ...['--bind', layout.workspace, WORKSPACE],
    ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', WORKSPACE],
    ...['--info-fd', String(layout.infoFd)],
  ];
}

function rootEntries({ root, rootfs, fileFds }: BwrapLayout): readonly string[] {
  const staged = (source: string) =>
    root.rootfs !== undefined && rootfs !== undefined ? rootfs + source.slice(root.rootfs.length) : source;
  const entries = root.entries.flatMap((entry) => {
    if (entry.kind === 'symlink') return ['--symlink', entry.to, entry.target];
    return [entry.kind === 'bind' ? '--ro-bind' : '--ro-bind-try', staged(entry.source), entry.target];
  });
  const files = root.files.flatMap(({ target, fresh }, index) => {
    const fd = String(fileFds[index]);
    return fresh
      ? ['--perms', '0644', '--file', fd, target]
      : ['--perms', '0644', '--ro-bind-data', fd, target];
  });
  // Otherwise it would get the mode 0700 that bubblewrap gives to missing parents.
  const etc = root.files.some(({ fresh }) => fresh) ? ['--perms', '0755', '--dir', '/etc'] : [];
  return [...etc, ...entries, ...files];
}
