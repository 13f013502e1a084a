import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../errors.js';
import { processStart } from './process-identity.js';

/** Lock files are numbered, and numbers only grow; the file with the highest number says who the owner is. */
const LOCK = 'owner.lock';
const CLAIM = 'owner.claim';

export const OWNER_LOCK_ENTRY = new RegExp(`^(?:${LOCK}|${CLAIM})\\.`);

/** Only other processes that take the lock over at the same moment cost an attempt. */
const MAX_ATTEMPTS = 100;

export interface OwnerLock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly start: string;
}

/**
 * Makes this process the one owner of a database directory for as long as it lives. The lock of a process that is
 * gone, even if its process id is in use again, does not count.
 *
 * The owner with the highest number never deletes its file, not even on release, and a number is created by a hard
 * link, which never replaces a file. So of all that want to follow a dead owner exactly one gets the next number, and
 * one that acts on an old listing finds a higher number when it looks again.
 * @throws StoreError `in_use` when a live process, this one included, is the owner; `configuration`
 */
export async function acquireOwnerLock(directory: string): Promise<OwnerLock> {
  try {
    const number = await becomeOwner(directory);
    return { release: () => markReleased(directory, number) };
  } catch (error) {
    if (error instanceof StoreError) {
      throw error;
    }
    const reason = error instanceof Error ? error.message : 'unknown failure';
    throw new StoreError('configuration', `database.path ${directory} cannot be locked: ${reason}`, {
      cause: error,
    });
  }
}

async function becomeOwner(directory: string): Promise<number> {
  const start = await processStart(process.pid);
  if (start === undefined) {
    throw new StoreError('internal', 'cannot determine when this process started');
  }
  const claim = claimFile(directory);
  await writeFile(claim, JSON.stringify({ pid: process.pid, start } satisfies Owner), {
    flag: 'wx',
    mode: 0o600,
  });
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const number = await follow(directory, claim);
      if (number !== undefined) {
        return number;
      }
    }
  } finally {
    await rm(claim, { force: true });
  }
  throw new StoreError('in_use', `the embedded database in ${directory} is being opened by other processes`);
}

function claimFile(directory: string): string {
  return join(directory, `${CLAIM}.${process.pid}.${randomBytes(6).toString('hex')}`);
}

/** Takes the number after the highest; undefined when another process was faster. */
async function follow(directory: string, claim: string): Promise<number | undefined> {
  const highest = (await lockNumbers(directory)).at(-1) ?? 0;
  const ownerPid = await liveOwnerAt(join(directory, `${LOCK}.${highest}`));
  if (ownerPid !== undefined) {
    const who = ownerPid === process.pid ? `this process (pid ${ownerPid})` : `pid ${ownerPid}`;
    throw new StoreError(
      'in_use',
      `the embedded database in ${directory} is already in use by ${who}; stop that, or set database.path to another directory`,
    );
  }
  const number = highest + 1;
  const file = join(directory, `${LOCK}.${number}`);
  if (!(await linked(claim, file))) {
    return undefined;
  }
  const numbers = await lockNumbers(directory);
  if (numbers.at(-1) !== number) {
    await rm(file, { force: true });
    return undefined;
  }
  const superseded = numbers.filter((other) => other < number);
  await Promise.all(superseded.map((other) => rm(join(directory, `${LOCK}.${other}`), { force: true })));
  return number;
}

/** The process id of the owner; undefined when there is none that lives. Changes nothing. */
export async function liveOwner(directory: string): Promise<number | undefined> {
  const highest = (await lockNumbers(directory)).at(-1);
  return highest === undefined ? undefined : liveOwnerAt(join(directory, `${LOCK}.${highest}`));
}

async function liveOwnerAt(file: string): Promise<number | undefined> {
  const owner = await ownerAt(file);
  return owner !== undefined && (await processStart(owner.pid)) === owner.start ? owner.pid : undefined;
}

async function markReleased(directory: string, number: number): Promise<void> {
  const released = claimFile(directory);
  const file = join(directory, `${LOCK}.${number}`);
  if ((await ownerAt(file)) === undefined) {
    return;
  }
  await writeFile(released, 'released\n', { flag: 'wx', mode: 0o600 });
  await rename(released, file);
}

async function lockNumbers(directory: string): Promise<readonly number[]> {
  const entries = await readdir(directory);
  return entries
    .filter((entry) => /^owner\.lock\.[0-9]{1,15}$/.test(entry))
    .map((entry) => Number(entry.slice(LOCK.length + 1)))
    .sort((a, b) => a - b);
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Undefined for a file that is missing, released or damaged. */
async function ownerAt(file: string): Promise<Owner | undefined> {
  try {
    const { pid, start } = JSON.parse(await readFile(file, 'utf8')) as Partial<Owner>;
    return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : undefined;
  } catch {
    return undefined;
  }
}
