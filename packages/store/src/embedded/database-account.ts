import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StoreError } from '../errors.js';
import type { StoreLogger } from '../logger.js';

const run = promisify(execFile);

/** Postgres refuses to run as root, so root starts it as this system user. */
export const DATABASE_ACCOUNT_NAME = 'stacyvm';

const ADD_ACCOUNT = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'] as const;

/** Environment of every program this package starts; nothing of the host's environment passes. */
export const MINIMAL_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C',
  LC_ALL: 'C',
  TZ: 'UTC',
};

export interface DatabaseAccount {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account to start Postgres under, or undefined when this process is not root and runs it under its own.
 * @throws StoreError `configuration` when the account is missing and cannot be created
 */
export async function databaseAccount(logger: StoreLogger): Promise<DatabaseAccount | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const existing = await findAccount();
  if (existing !== undefined) {
    return existing;
  }
  const failure = await run('useradd', [...ADD_ACCOUNT, DATABASE_ACCOUNT_NAME], {
    env: MINIMAL_ENVIRONMENT,
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  // Looked up even after a failure: another process may have created it at the same moment.
  const created = await findAccount();
  if (created === undefined) {
    throw new StoreError(
      'configuration',
      `Postgres does not run as root, and the system user "${DATABASE_ACCOUNT_NAME}" could not be created; create it with: useradd ${ADD_ACCOUNT.join(' ')} ${DATABASE_ACCOUNT_NAME}`,
      { cause: failure },
    );
  }
  logger.info('created the system user of the embedded database', { user: DATABASE_ACCOUNT_NAME });
  return created;
}

async function findAccount(): Promise<DatabaseAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([numberFrom('-u'), numberFrom('-g')]);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

async function numberFrom(flag: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [flag, DATABASE_ACCOUNT_NAME], { env: MINIMAL_ENVIRONMENT });
  const id = Number(stdout.trim());
  if (!Number.isInteger(id) || id <= 0) {
    throw new StoreError('configuration', `the user "${DATABASE_ACCOUNT_NAME}" must not be root`);
  }
  return id;
}
