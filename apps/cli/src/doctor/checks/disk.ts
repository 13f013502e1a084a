import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { type Check, type CheckGroup, type Finding, failure, success, warning } from '../check.js';
import { runsControlPlane, runsWorker, type Subject } from '../subject.js';

const MIB = 1024 * 1024;
const MIN_FREE_BYTES = 100 * MIB;
const FEW = 0.1;
const HARDLY_ANY = 0.01;

/** What is left of a file system. `totalInodes` 0: it has no fixed number of them. */
export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeInodes: number;
  readonly totalInodes: number;
}

/** Without a configuration only the temporary directory is known. */
export function diskChecks(subject: Subject | undefined): CheckGroup {
  const settings = subject?.settings;
  const embedded = settings?.['database.driver'] === 'embedded';
  return {
    id: 'disk',
    title: 'disk',
    checks: () => [
      ...(subject !== undefined && embedded && runsControlPlane(subject)
        ? [space('database', 'database.path', subject.settings['database.path'])]
        : []),
      ...(subject !== undefined && runsWorker(subject)
        ? [space('state', 'worker.state_dir', subject.settings['worker.state_dir'])]
        : []),
      space('temporary', 'temporary directory', tmpdir()),
    ],
  };
}

function space(id: string, title: string, path: string): Check {
  return {
    id,
    title,
    async run() {
      const { bavail, blocks, bsize, ffree, files } = await statfs(nearestExisting(path));
      return judgeSpace(path, {
        freeBytes: bavail * bsize,
        totalBytes: blocks * bsize,
        freeInodes: ffree,
        totalInodes: files,
      });
    },
  };
}

export function judgeSpace(path: string, { freeBytes, totalBytes, freeInodes, totalInodes }: Space): Finding {
  const share = totalBytes === 0 ? 0 : freeBytes / totalBytes;
  const inodes = totalInodes === 0 ? 1 : freeInodes / totalInodes;
  const message = `${path}: ${Math.floor(freeBytes / MIB)} MiB free (${percent(share)}), inodes ${percent(inodes)}`;
  const advice = 'make room, or move it to a larger file system';
  if (Math.min(share, inodes) < HARDLY_ANY || freeBytes < MIN_FREE_BYTES) return failure(message, advice);
  return Math.min(share, inodes) < FEW ? warning(message, advice) : success(message);
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}
