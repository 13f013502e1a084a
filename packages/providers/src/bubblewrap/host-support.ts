import { ProviderError } from '../errors.js';
import { isInstalled, runOnHost } from '../host-command.js';
import type { BwrapFeatures } from './bwrap-arguments.js';

/** Debian package of each program that the chain uses. */
const PROGRAMS: ReadonlyArray<readonly [program: string, debianPackage: string]> = [
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['prlimit', 'util-linux'],
  ['flock', 'util-linux'],
  ['mount', 'mount'],
  ['mkfifo', 'coreutils'],
  ['rm', 'coreutils'],
];

/**
 * Finds out what the installed bubblewrap can do.
 *
 * @throws ProviderError `unavailable`; the message says what to install
 */
export async function findBwrap(bwrapPath: string): Promise<BwrapFeatures> {
  if (process.platform !== 'linux') {
    throw unavailable(`bubblewrap sandboxes need Linux; this is ${process.platform}`);
  }
  if (!(await isInstalled(bwrapPath))) {
    throw unavailable(`bubblewrap is not installed (no ${bwrapPath}): apt-get install bubblewrap`);
  }
  for (const [program, debianPackage] of PROGRAMS) {
    if (!(await isInstalled(program))) {
      throw unavailable(`${program} is not installed: apt-get install ${debianPackage}`);
    }
  }
  const version = await runOnHost(bwrapPath, ['--version']);
  const help = await runOnHost(bwrapPath, ['--help']);
  if (version.exitCode !== 0) throw unavailable(`${bwrapPath} does not run: ${version.stderr.slice(0, 300)}`);
  const options = help.stdout + help.stderr;
  if (!options.includes('--perms')) {
    throw unavailable('this bubblewrap is too old; 0.5.0 or later is needed: apt-get install bubblewrap');
  }
  return {
    version: version.stdout.trim().replace(/^bubblewrap\s+/, ''),
    disableUserns: options.includes('--disable-userns'),
    tmpfsSize: options.includes('--size'),
  };
}

/** Turns a failed trial into what the operator can do about it. */
export function explainRefusal(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /Operation not permitted|Permission denied|No space left|user namespace/i.test(message)
    ? `${message} (are user namespaces allowed here? see sysctl user.max_user_namespaces, ` +
        'kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns; in a container, its seccomp profile)'
    : message;
}

function unavailable(message: string): ProviderError {
  return new ProviderError('unavailable', message);
}
