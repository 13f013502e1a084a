import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspectDatabaseDirectory } from '@stacyvm/store/inspection';
import { deriveWorkerKey } from '@stacyvm/token';
import { CommandFailure } from '../failure.js';
import { makeDirectory } from '../make-directory.js';

/** The one worker of a development system. */
export const DEV_WORKER_ID = 'dev-worker';

/** Where a development system keeps everything. */
export interface DataDirectory {
  readonly path: string;
  readonly controlPlaneConfig: string;
  readonly workerConfig: string;
  readonly apiKeyFile: string;
}

/**
 * The configuration is written anew at every start, under the programs of an earlier one if they still run.
 *
 * @throws CommandFailure when they do
 */
export async function refuseSecondStart(directory: string): Promise<void> {
  const path = resolve(directory);
  const database = await inspectDatabaseDirectory(join(path, 'postgres')).catch(() => undefined);
  if (database?.ownerPid === undefined) return;
  const port = /^ {2}port: (\d+)$/m.exec(readFileSync(join(path, 'control-plane.yaml'), 'utf8'))?.[1];
  throw new CommandFailure(
    `a system runs in ${path} already, at http://127.0.0.1:${port} (process ${database.ownerPid}): use it, stop it, or name another directory with --data-dir`,
  );
}

/**
 * Prepares a data directory: secrets are made once and kept, readable by their owner only; the configuration of the
 * two programs is written anew each time.
 *
 * @throws CommandFailure
 */
export function prepareDataDirectory(directory: string, port: number): DataDirectory {
  const path = resolve(directory);
  try {
    return prepare(path, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CommandFailure(`${path} cannot be used: ${code}; name another directory with --data-dir`, 1, {
      cause: error,
    });
  }
}

function prepare(path: string, port: number): DataDirectory {
  const secrets = join(path, 'secrets');
  makeDirectory(path);
  // The database and the sandboxes run as users of their own, which must be able to pass through, but not to look.
  chmodSync(path, 0o711);
  makeDirectory(secrets, 0o700);
  chmodSync(secrets, 0o700);

  const apiKeyFile = secret(join(secrets, 'api-key'), () => randomBytes(32).toString('hex'));
  secret(join(secrets, 'admin-api-key'), () => randomBytes(32).toString('hex'));
  const masterFile = secret(join(secrets, 'worker-signing-key'), () => randomBytes(32).toString('base64url'));
  writeSecret(
    join(secrets, `${DEV_WORKER_ID}.key`),
    deriveWorkerKey(readFileSync(masterFile, 'utf8').trim(), DEV_WORKER_ID),
  );

  const controlPlaneConfig = join(path, 'control-plane.yaml');
  writeFileSync(controlPlaneConfig, controlPlaneYaml(port));
  const workerConfig = join(path, 'worker.yaml');
  writeFileSync(workerConfig, workerYaml(port));
  return { path, controlPlaneConfig, workerConfig, apiKeyFile };
}

function secret(file: string, make: () => string): string {
  if (!existsSync(file)) writeSecret(file, make());
  return file;
}

function writeSecret(file: string, text: string): void {
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
}

function controlPlaneYaml(port: number): string {
  return `# Written by stacyvm dev at every start.
server:
  host: 127.0.0.1
  port: ${port}
auth:
  api_key_file: secrets/api-key
  admin_api_key_file: secrets/admin-api-key
  worker_signing_key_file: secrets/worker-signing-key
  worker_key_scope: derived
database:
  driver: embedded
  path: postgres
`;
}

function workerYaml(port: number): string {
  return `# Written by stacyvm dev at every start. The key is derived for this worker: it works for no other.
worker:
  id: ${DEV_WORKER_ID}
  control_plane_url: http://127.0.0.1:${port}
  listen_addr: 127.0.0.1:0
  state_dir: worker
auth:
  worker_signing_key_file: secrets/${DEV_WORKER_ID}.key
`;
}
