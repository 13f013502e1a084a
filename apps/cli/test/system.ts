import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import { createTestDatabase } from '@stacyvm/store/testing';
import { deriveWorkerKey } from '@stacyvm/token';

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
  readonly url: string;
  readonly apiKey: string;
  readonly apiKeyFile: string;
  readonly masterKey: string;
  readonly client: ApiClient;
  /** Every program that was started, ended ones too. */
  readonly programs: readonly Program[];
  startControlPlane(): Promise<Program>;
  startWorker(id: string): Promise<Program>;
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** Use a Postgres that the control plane starts itself, instead of a database on the shared server. */
  readonly embedded?: boolean;
  readonly spawnTimeout?: string;
}

export async function createSystem(options: SystemOptions = {}): Promise<System> {
  const directory = mkdtempSync(join(tmpdir(), 'system-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const apiKey = randomBytes(24).toString('hex');
  const masterKey = randomBytes(32).toString('base64url');
  const database = options.embedded ? undefined : await createTestDatabase();
  const programs: Program[] = [];
  const write = (name: string, text: string): string => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const apiKeyFile = write('api-key', `${apiKey}\n`);
  write('worker-signing-key', `${masterKey}\n`);
  if (database !== undefined) write('dsn', `${database.dsn}\n`);
  const controlPlaneConfig = write(
    'control-plane.yaml',
    controlPlaneYaml(port, database === undefined, options.spawnTimeout),
  );
  const client = createApiClient({ baseUrl: url, apiKey });

  return {
    directory,
    url,
    apiKey,
    apiKeyFile,
    masterKey,
    client,
    programs,
    async startControlPlane() {
      const program = startProgram('control-plane', controlPlaneConfig);
      programs.push(program);
      await eventually(
        async () => (await client.ready()).status === 'ready',
        () => program.log(),
      );
      return program;
    },
    async startWorker(id) {
      write(`${id}.key`, `${deriveWorkerKey(masterKey, id)}\n`);
      const program = startProgram('worker', write(`${id}.yaml`, workerYaml(id, url)));
      programs.push(program);
      await eventually(
        () => program.log().includes('worker joined'),
        () => program.log(),
      );
      return program;
    },
    async stop() {
      // Workers first: their last heartbeat goes to a control plane that is there.
      for (const program of programs.toReversed()) await program.kill('SIGTERM');
      await database?.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until `condition` holds; fails with `explain` after the deadline. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  explain: () => string = () => 'the condition never held',
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await Promise.resolve(condition()).catch(() => false)) return;
    if (performance.now() > deadline) throw new Error(explain());
    await new Promise((resolve) => setTimeout(resolve, 20));
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

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function controlPlaneYaml(port: number, embedded: boolean, spawnTimeout = '10s'): string {
  return `
server: { host: 127.0.0.1, port: ${port}, shutdown_timeout: 5s }
auth: { api_key_file: api-key, worker_signing_key_file: worker-signing-key, worker_key_scope: derived }
database: ${embedded ? '{ driver: embedded, path: postgres }' : '{ driver: postgres, dsn_file: dsn }'}
defaults: { memory_mb: 256 }
orchestrator: { reap_interval: 250ms, reconcile_interval: 250ms, spawn_timeout: ${spawnTimeout} }
`;
}

function workerYaml(id: string, url: string): string {
  return `
worker:
  id: ${id}
  control_plane_url: ${url}
  listen_addr: 127.0.0.1:0
  state_dir: ${id}-state
  heartbeat_interval: 250ms
  shutdown_timeout: 3s
auth: { worker_signing_key_file: ${id}.key }
`;
}
