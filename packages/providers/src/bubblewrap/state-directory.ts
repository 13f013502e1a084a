import { chmod, chown, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../errors.js';
import { runOnHost } from '../host-command.js';
import { isSandboxId } from '../sandbox-spec.js';
import { StateLock } from '../state-lock.js';
import type { ProcessIdentity } from './process-tree.js';

const RECORD = 'runtime.json';

/** What a later process of this provider needs to remove a sandbox that this one could not. */
export interface RuntimeRecord {
  readonly sandboxId: string;
  readonly bootId: string;
  readonly processes: readonly ProcessIdentity[];
  readonly uid: number;
  readonly cgroups: readonly string[];
}

export interface SandboxDirectory {
  readonly path: string;
  readonly workspace: string;
  /** For the pipes of execs. */
  readonly pipes: string;
}

/** `<root>/<sandboxId>/{workspace/,pipes/,runtime.json}`, owned by one live provider at a time. */
export class StateDirectory {
  readonly root: string;
  #opening: Promise<StateLock> | undefined;

  constructor(root: string) {
    this.root = root;
  }

  /** Makes the directory and takes its lock, once. @throws ProviderError `state_directory_in_use`, `unavailable` */
  async open(): Promise<void> {
    this.#opening ??= this.#acquire();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.release();
  }

  /** Makes a sandbox's directory; its workspace belongs to `uid` on the host. */
  async create(sandboxId: string, uid: number): Promise<SandboxDirectory> {
    const directory = this.directoryOf(sandboxId);
    await mkdir(directory.path, { mode: 0o700 });
    await mkdir(directory.workspace, { mode: 0o700 });
    await mkdir(directory.pipes, { mode: 0o700 });
    if (process.getuid?.() === 0) await chown(directory.workspace, uid, uid);
    return directory;
  }

  directoryOf(sandboxId: string): SandboxDirectory {
    if (!isSandboxId(sandboxId)) throw new ProviderError('invalid_request', 'invalid sandbox id');
    const path = join(this.root, sandboxId);
    return { path, workspace: join(path, 'workspace'), pipes: join(path, 'pipes') };
  }

  async writeRecord(record: RuntimeRecord): Promise<void> {
    const path = join(this.directoryOf(record.sandboxId).path, RECORD);
    await writeFile(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  /** Undefined when there is none, or none that can be read. */
  async readRecord(sandboxId: string): Promise<RuntimeRecord | undefined> {
    try {
      const text = await readFile(join(this.directoryOf(sandboxId).path, RECORD), 'utf8');
      return parseRecord(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  /** Ids of the sandboxes that have a directory, whoever made it. */
  async sandboxIds(): Promise<readonly string[]> {
    const entries = await readdir(this.root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && isSandboxId(entry.name)).map(({ name }) => name);
  }

  /** Removes a sandbox's directory, whatever its programs made of it. */
  async remove(sandboxId: string): Promise<void> {
    const { path } = this.directoryOf(sandboxId);
    await removeTree(path);
  }

  async #acquire(): Promise<StateLock> {
    const lock = await StateLock.acquire(this.root);
    await chmod(this.root, 0o700).catch(() => {});
    return lock;
  }
}

/**
 * rm(1), not node:fs: a sandbox can make names that are not UTF-8 and trees deeper than PATH_MAX, which only a removal by
 * directory handles gets through.
 */
export async function removeTree(path: string): Promise<void> {
  let result = await runOnHost('rm', ['-rf', '--', path]);
  if (result.exitCode !== 0) {
    // Directories without permissions stop a non-root worker's first attempt.
    await runOnHost('chmod', ['-R', 'u+rwX', '--', path]);
    result = await runOnHost('rm', ['-rf', '--', path]);
  }
  if (result.exitCode !== 0) {
    throw new ProviderError('destroy_failed', `the directory of the sandbox cannot be removed: ${path}`);
  }
}

function parseRecord(value: unknown): RuntimeRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Partial<Record<keyof RuntimeRecord, unknown>>;
  const { sandboxId, bootId, processes, uid, cgroups } = record;
  if (typeof sandboxId !== 'string' || typeof bootId !== 'string' || typeof uid !== 'number')
    return undefined;
  if (!Array.isArray(processes) || !Array.isArray(cgroups)) return undefined;
  return {
    sandboxId,
    bootId,
    uid,
    processes: processes.filter(isIdentity),
    cgroups: cgroups.filter((path): path is string => typeof path === 'string'),
  };
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTime } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
  return Number.isSafeInteger(pid) && typeof startTime === 'string';
}
