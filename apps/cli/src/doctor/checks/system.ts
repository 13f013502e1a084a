import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { type Check, type CheckGroup, failure, note, skipped, success, warning } from '../check.js';
import { isWritable } from '../file-access.js';
import { runsWorker, type Subject } from '../subject.js';

const OLDEST_NODE = [20, 19] as const;
const MIB = 1024 * 1024;
const FEW_MIB = 256;

export function systemChecks(subject: Subject | undefined): CheckGroup {
  const worker = subject !== undefined && runsWorker(subject);
  return {
    id: 'system',
    title: 'system',
    checks: () => [
      note('node', 'Node.js', judgeNode(process.versions.node)),
      memory(),
      ...(worker ? [cgroups(), userNamespaces()] : []),
    ],
  };
}

export function judgeNode(version: string) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const enough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return enough
    ? success(version)
    : failure(`${version} is too old`, `install ${OLDEST_NODE.join('.')} or later`);
}

function memory(): Check {
  return {
    id: 'memory',
    title: 'memory',
    async run() {
      const available = await availableMib();
      const message = `${available} MiB of ${Math.floor(totalmem() / MIB)} available`;
      return available < FEW_MIB
        ? warning(message, 'end other programs, or add memory: sandboxes get killed when it runs out')
        : success(message);
    },
  };
}

/** What Linux would give without swapping; free memory alone leaves out what caches hold. */
async function availableMib(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return Math.floor(kib === undefined ? freemem() / MIB : Number(kib) / 1024);
}

function cgroups(): Check {
  return {
    id: 'cgroups',
    title: 'cgroups',
    async run() {
      const own = await readFile('/proc/self/cgroup', 'utf8').catch(() => undefined);
      if (own === undefined) return skipped('this system has none');
      const v2 = /^0::(.*)$/m.exec(own)?.[1];
      const unified = await readFile('/sys/fs/cgroup/cgroup.controllers', 'utf8').catch(() => undefined);
      const place = unified === undefined ? '/sys/fs/cgroup/memory' : `/sys/fs/cgroup${v2 ?? '/'}`;
      const version = unified === undefined ? 'v1' : 'v2';
      const writable = await isWritable(place);
      return writable
        ? success(`${version}, ${place} can be written to`)
        : warning(
            `${version}, ${place} cannot be written to: limits hold for single processes, not for sandboxes`,
            'run the worker as root, or under systemd with Delegate=yes',
          );
    },
  };
}

function userNamespaces(): Check {
  return {
    id: 'user_namespaces',
    title: 'user namespaces',
    async run() {
      if (process.getuid?.() === 0) return success('not needed: this is root');
      const [most, unprivileged, apparmor] = await Promise.all(
        [
          '/proc/sys/user/max_user_namespaces',
          '/proc/sys/kernel/unprivileged_userns_clone',
          '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
        ].map(numberIn),
      );
      if (most === 0) return failure('none is allowed', 'sysctl user.max_user_namespaces=15000');
      if (unprivileged === 0)
        return failure('only root may have them', 'sysctl kernel.unprivileged_userns_clone=1');
      if (apparmor === 1) {
        return warning(
          'AppArmor restricts them',
          'sysctl kernel.apparmor_restrict_unprivileged_userns=0, or give bwrap a profile with userns',
        );
      }
      return success('allowed');
    },
  };
}

/** Undefined where the kernel has no such setting. */
async function numberIn(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.trim());
}
