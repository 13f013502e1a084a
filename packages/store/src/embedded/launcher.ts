import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { StoreError } from '../errors.js';
import type { PostgresBinaries, PostgresProgram } from './binaries.js';
import { DATABASE_ACCOUNT_NAME, type DatabaseAccount, MINIMAL_ENVIRONMENT } from './database-account.js';

const run = promisify(execFile);

/**
 * `own`: under this process's user. `account`: root starts it under the database account. `namespace`: the same,
 * inside a mount namespace that shows the account what it could not reach through the directories above.
 */
export type LaunchMode = 'own' | 'account' | 'namespace';

export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

export interface Launcher {
  readonly mode: LaunchMode;
  /** The working directory as the started program sees it. */
  readonly directory: string;
  /** What an operator can do when the program cannot be started this way; '' when nothing is special. */
  readonly hint: string;
  command(program: PostgresProgram, args: readonly string[]): LaunchCommand;
}

/** Covered by a private tmpfs in the namespace; the first that is not above the directories to show is taken. */
const MOUNT_POINTS = ['/mnt', '/media', '/srv', '/opt', '/var/tmp', '/tmp'] as const;

/** The program replaces the shell at the end, so that its process id is the one this process knows. */
const NAMESPACE_SCRIPT = `set -e
mount -t tmpfs -o mode=0755,size=64k tmpfs "$1"
mkdir "$1/native" "$1/database"
mount --bind "$2" "$1/native"
mount --bind "$3" "$1/database"
shift 3
exec "$@"`;

/**
 * Chooses how to start Postgres programs that work in `directory`. Every way ends the program when this process dies,
 * where the system offers that (setpriv of util-linux).
 * @throws StoreError `configuration`
 */
export async function createLauncher(
  binaries: PostgresBinaries,
  directory: string,
  account: DatabaseAccount | undefined,
): Promise<Launcher> {
  const setpriv = await hasSetpriv();
  // SIGINT asks Postgres for a fast shutdown: sessions are cut, data is written.
  const endWithParent = setpriv ? ['--pdeathsig', 'INT'] : [];
  const programPath = (root: string, program: PostgresProgram): string => join(root, 'bin', program);

  if (account === undefined) {
    return {
      mode: 'own',
      directory,
      hint: '',
      command: (program, args) => wrapped(endWithParent, [programPath(binaries.root, program), ...args]),
    };
  }
  const blocked =
    (await firstUnreachable(join(binaries.root, 'bin'), account)) ??
    (await firstUnreachable(directory, account));
  const asAccount = setpriv
    ? [...endWithParent, '--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups']
    : [];
  if (blocked === undefined) {
    return {
      mode: 'account',
      directory,
      hint: '',
      command: (program, args) => ({
        ...wrapped(asAccount, [programPath(binaries.root, program), ...args]),
        ...(setpriv ? {} : account),
      }),
    };
  }
  const hint = `the user "${DATABASE_ACCOUNT_NAME}" cannot reach ${blocked}: make it traversable (chmod o+x ${blocked}) or move the database and the program elsewhere`;
  const mountPoint = await freeMountPoint([binaries.root, directory]);
  if (!setpriv || mountPoint === undefined) {
    throw new StoreError('configuration', `cannot start the embedded database: ${hint}`);
  }
  return {
    mode: 'namespace',
    directory: join(mountPoint, 'database'),
    hint,
    command: (program, args) => {
      const inside = wrapped(asAccount, [programPath(join(mountPoint, 'native'), program), ...args]);
      const script = ['/bin/sh', '-c', NAMESPACE_SCRIPT, 'sh', mountPoint, binaries.root, directory];
      return {
        file: 'unshare',
        args: ['--mount', '--propagation', 'private', '--', ...script, inside.file, ...inside.args],
      };
    },
  };
}

function wrapped(setprivArgs: readonly string[], command: readonly string[]): LaunchCommand {
  const [file = '', ...args] =
    setprivArgs.length === 0 ? command : ['setpriv', ...setprivArgs, '--', ...command];
  return { file, args };
}

async function hasSetpriv(): Promise<boolean> {
  return run('setpriv', ['--help'], { env: MINIMAL_ENVIRONMENT }).then(
    ({ stdout }) => stdout.includes('--pdeathsig'),
    () => false,
  );
}

/** The topmost directory on the way to `path`, itself included, that the account may not pass. */
export async function firstUnreachable(path: string, account: DatabaseAccount): Promise<string | undefined> {
  const way: string[] = [];
  for (let current = path; ; current = dirname(current)) {
    way.unshift(current);
    if (current === dirname(current)) {
      break;
    }
  }
  for (const directory of way) {
    const { mode, uid, gid } = await stat(directory);
    const execute = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & execute) === 0) {
      return directory;
    }
  }
  return undefined;
}

async function freeMountPoint(shown: readonly string[]): Promise<string | undefined> {
  for (const candidate of MOUNT_POINTS) {
    const isDirectory = await stat(candidate).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (isDirectory && !shown.some((path) => `${path}${sep}`.startsWith(`${candidate}${sep}`))) {
      return candidate;
    }
  }
  return undefined;
}
