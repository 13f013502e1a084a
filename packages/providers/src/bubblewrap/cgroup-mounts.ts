import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type CgroupResource = 'memory' | 'pids' | 'cpu';
export const CGROUP_RESOURCES: readonly CgroupResource[] = ['memory', 'pids', 'cpu'];

/** Where this process stands in the host's cgroup hierarchies, as directories that exist. */
export interface CgroupPlace {
  /** cgroup v1: one directory for each resource whose hierarchy is mounted. */
  readonly v1: ReadonlyMap<CgroupResource, string>;
  /** cgroup v2: the directory of the worker's own cgroup. */
  readonly v2: string | undefined;
}

/** Reads `/proc/self/mountinfo` and `/proc/self/cgroup`. */
export function findCgroupPlace(): CgroupPlace {
  try {
    return parseCgroupPlace(
      readFileSync('/proc/self/mountinfo', 'utf8'),
      readFileSync('/proc/self/cgroup', 'utf8'),
    );
  } catch {
    return { v1: new Map(), v2: undefined };
  }
}

/** cgroups(7): "/proc/PID/cgroup" has lines `id:controllers:path`; v2's is `0::path`. */
export function parseCgroupPlace(mountinfo: string, ownCgroups: string): CgroupPlace {
  const own = new Map<string, string>();
  for (const line of ownCgroups.split('\n')) {
    const [, controllers, ...path] = line.split(':');
    if (controllers === undefined || path.length === 0) continue;
    for (const controller of controllers.split(',')) own.set(controller, path.join(':'));
  }
  const v1 = new Map<CgroupResource, string>();
  let v2: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '/', mountPoint = ''] = before.split(' ').map(unescapeMount);
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') v2 ??= directoryOf(mountPoint, root, own.get(''));
    if (type !== 'cgroup') continue;
    for (const resource of CGROUP_RESOURCES) {
      if (v1.has(resource) || !options.split(',').includes(resource)) continue;
      const directory = directoryOf(mountPoint, root, own.get(resource));
      if (directory !== undefined) v1.set(resource, directory);
    }
  }
  return { v1, v2 };
}

function directoryOf(mountPoint: string, root: string, own: string | undefined): string | undefined {
  if (own === undefined) return undefined;
  const path =
    own === root ? '' : own.startsWith(root === '/' ? '/' : `${root}/`) ? own.slice(root.length) : own;
  // A container may mount its own cgroup as the root of the hierarchy and still name it by the host's path.
  return [join(mountPoint, path), mountPoint].find((directory) => existsSync(directory));
}

function unescapeMount(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
