import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StoreError } from '../errors.js';
import type { PostgresBinaries } from './binaries.js';
import { type DatabaseAccount, MINIMAL_ENVIRONMENT } from './database-account.js';
import { createLauncher } from './launcher.js';
import { makeDirectory } from './make-directory.js';
import { OWNER_LOCK_ENTRY } from './owner-lock.js';

const run = promisify(execFile);

const DATA = 'data';
export const PASSWORD_FILE = 'password';
/** Where a new cluster is made; it becomes `data` in one step, so that `data` is always a whole cluster. */
const STAGING = 'staging';

/** `lost+found` is what an empty file system has. */
const OWN_ENTRIES: ReadonlySet<string> = new Set([DATA, PASSWORD_FILE, STAGING, 'lost+found']);

/** The role and the database of the embedded server. */
export const DATABASE_NAME = 'stacyvm';

const INITDB_TIMEOUT_MS = 120_000;

export interface InitialiseOptions {
  readonly binaries: PostgresBinaries;
  readonly account: DatabaseAccount | undefined;
  /** false leaves writing to the disk to the operating system; for throwaway clusters. */
  readonly durable: boolean;
}

export interface Cluster {
  readonly dataDirectory: string;
  readonly password: string;
}

/**
 * Makes the directory, or checks that an existing one is empty or ours.
 * @returns its real path
 * @throws StoreError `configuration`
 */
export async function openDatabaseDirectory(path: string): Promise<string> {
  try {
    // Root's directory lets the database account pass through to the data inside, which is closed to all others.
    await makeDirectory(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    const directory = await realpath(path);
    const [stranger] = foreignEntries(await readdir(directory));
    if (stranger !== undefined) {
      throw new StoreError(
        'configuration',
        `database.path ${directory} holds "${stranger}", which is not part of a StacyVM database; name an empty directory`,
      );
    }
    return directory;
  } catch (error) {
    throw configurationError(error, `database.path ${path} cannot be used`);
  }
}

/** Those that are no part of a database directory. */
export function foreignEntries(entries: readonly string[]): readonly string[] {
  return entries.filter((entry) => !OWN_ENTRIES.has(entry) && !OWNER_LOCK_ENTRY.test(entry));
}

/** Where the server of a database directory leaves its process id and port while it runs. */
export function postmasterFile(directory: string): string {
  return join(directory, DATA, 'postmaster.pid');
}

/**
 * Makes the cluster on first use. The caller holds the owner lock.
 * @throws StoreError `configuration`
 */
export async function initialiseCluster(directory: string, options: InitialiseOptions): Promise<Cluster> {
  const dataDirectory = join(directory, DATA);
  try {
    await rm(join(directory, STAGING), { recursive: true, force: true });
    if (await exists(dataDirectory)) {
      await requireOwnership(dataDirectory, options.account);
      return { dataDirectory, password: await readPassword(directory) };
    }
    const password = (await exists(join(directory, PASSWORD_FILE)))
      ? await readPassword(directory)
      : await createPassword(directory);
    await createCluster(directory, password, options);
    return { dataDirectory, password };
  } catch (error) {
    throw configurationError(error, `the embedded database in ${directory} cannot be prepared`);
  }
}

async function createCluster(
  directory: string,
  password: string,
  { binaries, account, durable }: InitialiseOptions,
): Promise<void> {
  const staging = join(directory, STAGING);
  await mkdir(staging, { mode: 0o700 });
  await writeDurably(join(staging, PASSWORD_FILE), `${password}\n`);
  if (account !== undefined) {
    await chown(join(staging, PASSWORD_FILE), account.uid, account.gid);
    await chown(staging, account.uid, account.gid);
  }
  const launcher = await createLauncher(binaries, staging, account);
  const { file, args, ...identity } = launcher.command('initdb', [
    ...['--pgdata', join(launcher.directory, DATA), '--pwfile', join(launcher.directory, PASSWORD_FILE)],
    ...['--username', DATABASE_NAME, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
    ...['--data-checksums', '--no-instructions', ...(durable ? [] : ['--no-sync'])],
  ]);
  const options = { ...identity, env: MINIMAL_ENVIRONMENT, cwd: '/', timeout: INITDB_TIMEOUT_MS };
  await run(file, [...args], options).catch((error: { readonly stderr?: unknown }) => {
    const output = typeof error.stderr === 'string' ? error.stderr.trim().slice(-1_000) : '';
    throw new StoreError(
      'configuration',
      ['initdb failed', output, launcher.hint].filter(Boolean).join(': '),
      {
        cause: error,
      },
    );
  });
  await rename(join(staging, DATA), join(directory, DATA));
  await rm(staging, { recursive: true, force: true });
  await syncDirectory(directory);
}

/** Root hands the files to the account, for example after a restore; anyone else cannot change the owner. */
async function requireOwnership(dataDirectory: string, account: DatabaseAccount | undefined): Promise<void> {
  const { uid } = await stat(dataDirectory);
  if (account === undefined) {
    if (process.getuid !== undefined && uid !== process.getuid()) {
      throw new StoreError(
        'configuration',
        `the embedded database ${dataDirectory} belongs to the user with id ${uid}; start as that user or as root`,
      );
    }
  } else if (uid !== account.uid) {
    const owner = `${account.uid}:${account.gid}`;
    await run('chown', ['-R', '-h', '-P', owner, dataDirectory], { env: MINIMAL_ENVIRONMENT });
  }
}

async function createPassword(directory: string): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  await writeDurably(join(directory, PASSWORD_FILE), `${password}\n`);
  return password;
}

async function readPassword(directory: string): Promise<string> {
  const file = join(directory, PASSWORD_FILE);
  const password = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (password === '') {
    throw new StoreError(
      'configuration',
      `${file} is missing or empty; restore it together with the data directory beside it`,
    );
  }
  return password;
}

async function writeDurably(file: string, content: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function configurationError(error: unknown, context: string): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  const reason = error instanceof Error ? error.message : 'unknown failure';
  return new StoreError('configuration', `${context}: ${reason}`, { cause: error });
}
