import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASE_NAME, foreignEntries, PASSWORD_FILE, postmasterFile } from './data-directory.js';
import { LOOPBACK_HOST } from './loopback-port.js';
import { liveOwner } from './owner-lock.js';

/** The directory of an embedded database as it is, without a change to it. */
export interface DirectoryInspection {
  /** Entries that are no part of such a database. */
  readonly foreignEntries: readonly string[];
  /** Whether a cluster was made in it. */
  readonly initialised: boolean;
  /** The process that has the database open. */
  readonly ownerPid: number | undefined;
  /** How to reach the server that the owner runs, password included; undefined when it cannot be told. */
  readonly dsn: string | undefined;
}

/**
 * Looks at the directory of an embedded database. Starts nothing.
 *
 * @throws NodeJS.ErrnoException when the directory cannot be read
 */
export async function inspectDatabaseDirectory(path: string): Promise<DirectoryInspection> {
  const entries = await readdir(path);
  const ownerPid = await liveOwner(path);
  return {
    foreignEntries: foreignEntries(entries),
    initialised: entries.includes('data'),
    ownerPid,
    dsn: ownerPid === undefined ? undefined : await runningServer(path),
  };
}

/** Undefined also where this user may not read the files. */
async function runningServer(path: string): Promise<string | undefined> {
  try {
    const [postmaster, password] = await Promise.all([
      readFile(postmasterFile(path), 'utf8'),
      readFile(join(path, PASSWORD_FILE), 'utf8'),
    ]);
    // The fourth line of postmaster.pid is the port.
    const port = Number(postmaster.split('\n')[3]);
    if (!Number.isInteger(port) || port <= 0) return undefined;
    return `postgres://${DATABASE_NAME}:${encodeURIComponent(password.trim())}@${LOOPBACK_HOST}:${port}/${DATABASE_NAME}`;
  } catch {
    return undefined;
  }
}
