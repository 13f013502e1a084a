import { createHash } from 'node:crypto';
import { chown, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BwrapFeatures } from './bwrap-arguments.js';
import { type CgroupResource, findCgroupPlace } from './cgroup-mounts.js';
import { type Cgroups, openCgroups } from './cgroups.js';
import { ExecPipes } from './exec-pipes.js';
import { findBwrap } from './host-support.js';
import { HOST_IMAGE, type ImageCatalogue } from './images.js';
import { launchSandbox } from './launch.js';
import { currentPrivilege, type Privilege } from './privilege.js';
import { prlimitCommand } from './rlimits.js';
import { BubblewrapSandbox } from './sandbox.js';
import { removeTree } from './state-directory.js';

/** What this host offers to the provider. */
export interface HostSetup {
  readonly bwrapPath: string;
  readonly features: BwrapFeatures;
  readonly privilege: Privilege;
  readonly cgroups: Cgroups | undefined;
  /** The limits that cgroups enforce. */
  readonly byCgroup: readonly CgroupResource[];
}

/** @throws ProviderError `unavailable` */
export async function findHostSetup(options: {
  readonly bwrapPath: string;
  readonly stateDir: string;
  readonly useCgroups: boolean;
}): Promise<HostSetup> {
  const features = await findBwrap(options.bwrapPath);
  const hash = createHash('sha256').update(options.stateDir).digest('hex').slice(0, 12);
  const cgroups = options.useCgroups ? openCgroups(findCgroupPlace(), `stacyvm-${hash}`) : undefined;
  return {
    bwrapPath: options.bwrapPath,
    features,
    privilege: currentPrivilege(),
    cgroups,
    byCgroup: cgroups?.enforced ?? [],
  };
}

/**
 * Starts a sandbox outside the state directory, enters it and removes it.
 *
 * @param uid host uid of its processes
 * @throws ProviderError with the first thing that this host refused
 */
export async function tryHostSetup(host: HostSetup, images: ImageCatalogue, uid: number): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'stacyvm-check-'));
  const workspace = join(path, 'workspace');
  try {
    await mkdir(workspace, { mode: 0o700 });
    if (host.privilege === 'root') await chown(workspace, uid, uid);
    const plan = {
      sandboxId: 'check',
      ...host,
      uid,
      workspace,
      memoryMb: 64,
      cgroups: [],
    };
    const process = await launchSandbox({ ...plan, root: await images.layout(HOST_IMAGE, 'check') });
    const prlimit = prlimitCommand({ memoryMb: 64, pids: 64 }, ['pids', 'memory']);
    const sandbox = new BubblewrapSandbox({
      ...{ sandboxId: 'check', process, cgroup: undefined, privilege: host.privilege, prlimit },
      pipes: new ExecPipes(path, host.privilege === 'root' ? uid : undefined),
    });
    try {
      const exit = await sandbox.exec({ command: 'true', timeoutMs: 10_000 }, { onOutput: () => {} });
      if (exit.exitCode !== 0) throw new Error(`a trial program ended with status ${exit.exitCode}`);
    } finally {
      await sandbox.end();
    }
  } finally {
    await removeTree(path);
  }
}
