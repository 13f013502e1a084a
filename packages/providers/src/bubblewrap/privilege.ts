import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { shellQuote } from '../exec-request.js';
import { SANDBOX_UID } from './bwrap-arguments.js';

/**
 * How this worker comes by the right to make and enter sandboxes. `root` drops to a uid of the sandbox's own. `user` is a non-root
 * worker: it first makes a user namespace in which it is root, and the sandbox inside that.
 */
export type Privilege = 'root' | 'user';

export function currentPrivilege(): Privilege {
  return process.getuid?.() === 0 ? 'root' : 'user';
}

/** What the sandbox's processes need to see of the host, and where bubblewrap will find it. */
export interface Staging {
  readonly script: string;
  readonly workspace: string;
  readonly rootfs: string | undefined;
}

const STAGING_DIRECTORIES = ['/mnt', '/media', '/srv', '/opt', '/home', '/boot'];

/**
 * Root's bubblewrap runs as an unprivileged uid, which may not be able to walk down to a state directory that is 0700. So the
 * sources are bound below a small tmpfs that exists in the launch's own mount namespace alone.
 */
export function stageSources(privilege: Privilege, workspace: string, rootfs: string | undefined): Staging {
  if (privilege === 'user') return { script: '', workspace, rootfs };
  const sources = [workspace, ...(rootfs === undefined ? [] : [rootfs])];
  const stage = STAGING_DIRECTORIES.find(
    (directory) =>
      existsSync(directory) && !sources.some((source) => `${source}/`.startsWith(directory + sep)),
  );
  if (stage === undefined)
    throw new Error(`none of ${STAGING_DIRECTORIES.join(' ')} can be used for staging`);
  const bind = (source: string, name: string) =>
    `mkdir ${stage}/${name}\nmount --bind ${shellQuote(source)} ${stage}/${name}\n`;
  return {
    script: [
      `mount -t tmpfs -o mode=0711,size=64k,nosuid,nodev stacyvm ${stage}\n`,
      bind(workspace, 'workspace'),
      rootfs === undefined ? '' : bind(rootfs, 'rootfs'),
    ].join(''),
    workspace: `${stage}/workspace`,
    rootfs: rootfs === undefined ? undefined : `${stage}/rootfs`,
  };
}

/** The namespaces around a launch: gone with its last process, and never visible to the host. */
export function launchNamespaces(privilege: Privilege): readonly string[] {
  const user = privilege === 'user' ? ['--user', '--map-root-user'] : [];
  return ['unshare', ...user, '--mount', '--propagation', 'slave', '--'];
}

/** Gives up every privilege that bubblewrap does not need. `uid` is the sandbox's own, on the host. */
export function dropPrivileges(privilege: Privilege, uid: number): readonly string[] {
  const identity =
    privilege === 'root'
      ? ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--inh-caps=-all']
      : [];
  return ['setpriv', ...identity, '--no-new-privs', '--pdeathsig', 'KILL'];
}

/** Enters a sandbox: `initPid` is its first process, `monitorPid` the bubblewrap that waits for it outside. */
export function enterSandbox(privilege: Privilege, initPid: number, monitorPid: number): readonly string[] {
  const namespaces = ['--user', '--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup', '--wdns=/'];
  const target = ['nsenter', '--target', String(initPid), ...namespaces];
  if (privilege === 'root') {
    const user = String(SANDBOX_UID);
    return ['setpriv', '--no-new-privs', ...target, '--setgid', user, '--setuid', user, '--'];
  }
  return [
    ...['nsenter', '--target', String(monitorPid), '--user', '--preserve-credentials', '--'],
    ...['setpriv', '--no-new-privs', ...target, '--preserve-credentials', '--'],
  ];
}
