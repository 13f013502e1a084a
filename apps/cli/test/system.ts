import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import { createMigratedDatabase, createTestDatabase } from '@stacyvm/store/testing';
import { deriveWorkerKey } from '@stacyvm/token';
import { commandLines } from './observe.js';

/** A program of the system, started as an operator would. */
export interface Program {
  readonly child: ChildProcess;
  /** Everything it has logged so far. */
  log(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** A control plane and workers, each a real process, in a directory of their own. */
export interface System {
  readonly directory: string;
  /** Of the first control plane. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly apiKey: string;
  readonly apiKeyFile: string;
  readonly adminKey: string;
  readonly adminKeyFile: string;
  readonly masterKey: string;
  /** For the first control plane. */
  readonly client: ApiClient;
  readonly clients: readonly ApiClient[];
  /** Every program that was started, ended ones too. */
  readonly programs: readonly Program[];
  startControlPlane(index?: number): Promise<Program>;
  /** @param index of the control plane that it sends its heartbeats to */
  startWorker(id: string, index?: number): Promise<Program>;
  /** Texts that no log and no command line may show, beside those that the system knows. */
  readonly secrets: string[];
  /** Logs of programs that a test started by itself. */
  readonly otherLogs: (() => string)[];
  /** Writes a file of the system in one step, so that no program reads half of it. */
  write(name: string, text: string): string;
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** Use a Postgres that the control plane starts itself, instead of a database on the shared server. */
  readonly embedded?: boolean;
  /** A database that no control plane has migrated. */
  readonly emptyDatabase?: boolean;
  readonly spawnTimeout?: string;
  /** How many control planes may be started, by default one. They share the database. */
  readonly controlPlanes?: number;
}

/** Of a program, on a machine that does much else. */
const START_TIMEOUT_MS = 45_000;

export async function createSystem(options: SystemOptions = {}): Promise<System> {
  const directory = mkdtempSync(join(tmpdir(), 'system-'));
  const ports = await freePorts(options.controlPlanes ?? 1);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const apiKey = randomBytes(24).toString('hex');
  const adminKey = randomBytes(24).toString('hex');
  const masterKey = randomBytes(32).toString('base64url');
  const createDatabase = options.emptyDatabase ? createTestDatabase : createMigratedDatabase;
  const database = options.embedded ? undefined : await createDatabase();
  const programs: Program[] = [];
  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return path;
  };
  const apiKeyFile = write('api-key', `${apiKey}\n`);
  const adminKeyFile = write('admin-key', `${adminKey}\n`);
  write('worker-signing-key', `${masterKey}\n`);
  if (database !== undefined) write('dsn', `${database.dsn}\n`);
  const configs = ports.map((port, index) =>
    write(
      `control-plane-${index}.yaml`,
      controlPlaneYaml({ port, embedded: database === undefined, ...options }),
    ),
  );
  const clients = urls.map((baseUrl) => createApiClient({ baseUrl, apiKey }));
  const workerIds = new Set<string>();
  const others: string[] = [];
  const otherLogs: (() => string)[] = [];
  const urlOf = (index: number): string => urls[index] ?? '';

  return {
    directory,
    url: urlOf(0),
    urls,
    apiKey,
    apiKeyFile,
    adminKey,
    adminKeyFile,
    masterKey,
    client: clients[0]!,
    clients,
    programs,
    secrets: others,
    otherLogs,
    write,
    async startControlPlane(index = 0) {
      const program = startProgram('control-plane', configs[index]!);
      programs.push(program);
      const client = clients[index]!;
      await eventually(
        async () => (await client.ready()).status === 'ready',
        () => program.log(),
        START_TIMEOUT_MS,
      );
      return program;
    },
    async startWorker(id, index = 0) {
      workerIds.add(id);
      write(`${id}.key`, `${deriveWorkerKey(masterKey, id)}\n`);
      const program = startProgram('worker', write(`${id}.yaml`, workerYaml({ id, url: urlOf(index) })));
      programs.push(program);
      await eventually(
        () => program.log().includes('worker joined'),
        () => program.log(),
        START_TIMEOUT_MS,
      );
      return program;
    },
    async stop() {
      const masters = [masterKey, ...others];
      const derived = masters.flatMap((master) => [...workerIds].map((id) => deriveWorkerKey(master, id)));
      const logs = [...programs.map((program) => program.log()), ...otherLogs.map((log) => log())];
      const shown = findSecrets([apiKey, adminKey, ...masters, ...derived], [...logs, ...commandLines()]);
      // Workers first: their last heartbeat goes to a control plane that is there.
      for (const program of programs.toReversed()) await program.kill('SIGTERM');
      await database?.drop();
      rmSync(directory, { recursive: true, force: true });
      if (shown !== undefined) throw new Error(`a log or a command line showed a secret: ${shown}`);
    },
  };
}

/** Whatever happened to a system: neither its logs nor the process list may have shown a key or a token. */
function findSecrets(secrets: readonly string[], texts: readonly string[]): string | undefined {
  for (const text of texts) {
    const at = secrets.map((secret) => text.indexOf(secret)).find((index) => index >= 0);
    const token = /stacyvm-(?:worker|join)-v1\.[A-Za-z0-9_-]{8}/.exec(text)?.index;
    const found = at ?? token;
    if (found !== undefined) return text.slice(Math.max(found - 80, 0), found);
  }
  return undefined;
}

/** Waits until `condition` holds; fails with `explain` after the deadline. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  explain: () => string = () => 'the condition never held',
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await holds(condition)) return;
    if (performance.now() > deadline) throw new Error(explain());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What fails does not hold yet. */
async function holds(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await condition();
  } catch {
    return false;
  }
}

export function entryOf(app: string): string {
  return fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));
}

function startProgram(app: string, configFile: string): Program {
  const child = spawn(process.execPath, [entryOf(app), '--config', configFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    child,
    log: () => text,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/**
 * A port that nobody listens on at the moment. Below those that the kernel gives to whoever does not choose, none of which may have it
 * before it is used.
 */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Several, each another: all are held until the last is chosen. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, holdPort));
  await Promise.all(held.map(({ server }) => once(server.close(), 'close')));
  return held.map(({ port }) => port);
}

async function holdPort(): Promise<{ readonly server: Server; readonly port: number }> {
  for (;;) {
    const port = randomInt(16_384, 32_768);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return { server, port };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

/** The configuration of a control plane. Older keys only verify; a file with them is named when there are any. */
export function controlPlaneYaml(options: {
  readonly port: number;
  readonly embedded: boolean;
  readonly spawnTimeout?: string;
  readonly keyFile?: string;
  readonly olderKeysFile?: string;
}): string {
  const { port, embedded, spawnTimeout = '10s', keyFile = 'worker-signing-key', olderKeysFile } = options;
  return `
server: { host: 127.0.0.1, port: ${port}, shutdown_timeout: 5s }
auth:
  api_key_file: api-key
  admin_api_key_file: admin-key
  worker_signing_key_file: ${keyFile}
  ${olderKeysFile === undefined ? '' : `worker_signing_keys_file: ${olderKeysFile}`}
  worker_key_scope: derived
database: ${embedded ? '{ driver: embedded, path: postgres }' : '{ driver: postgres, dsn_file: dsn }'}
defaults: { memory_mb: 256 }
orchestrator: { reap_interval: 250ms, reconcile_interval: 250ms, spawn_timeout: ${spawnTimeout} }
`;
}

/** The configuration of a worker. */
export function workerYaml(options: {
  readonly id: string;
  readonly url: string;
  readonly keyFile?: string;
  readonly olderKeysFile?: string;
}): string {
  const { id, url, keyFile = `${id}.key`, olderKeysFile } = options;
  return `
worker:
  id: ${id}
  control_plane_url: ${url}
  listen_addr: 127.0.0.1:0
  state_dir: ${id}-state
  heartbeat_interval: 250ms
  shutdown_timeout: 3s
auth:
  worker_signing_key_file: ${keyFile}
  ${olderKeysFile === undefined ? '' : `worker_signing_keys_file: ${olderKeysFile}`}
`;
}
