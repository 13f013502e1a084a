import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../errors.js';
import type { StoreLogger } from '../logger.js';
import { MINIMAL_ENVIRONMENT } from './database-account.js';
import type { Launcher } from './launcher.js';
import { postgresProcesses } from './process-identity.js';
import { createServerLog, type ServerLog } from './server-log.js';
import { waitUntil } from './wait-until.js';

/** Replaying the log after a crash takes a while on a slow disk. */
const READY_TIMEOUT_MS = 120_000;

const ORPHAN_TIMEOUT_MS = 2_000;

/** Three ways to stop, each harder than the one before, and how long each may take. */
const STOP_STEPS = [
  { signal: 'SIGINT', waitMs: 15_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

export interface PostmasterOptions {
  readonly launcher: Launcher;
  /** The data directory as this process sees it. */
  readonly dataDirectory: string;
  readonly port: number;
  readonly durable: boolean;
  readonly maxConnections: number;
  readonly logger: StoreLogger;
  /** Whether the running server keeps this process from ending by itself. */
  readonly keepAlive: boolean;
  readonly signal: AbortSignal;
}

export interface Postmaster {
  readonly pid: number;
  /** False once the process is gone, though its last words may be on their way still: then the number may be another's. */
  readonly alive: boolean;
  /** Resolves, with words about the how, when the process is gone for whatever reason. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

export type PostmasterStart =
  | { readonly started: true; readonly postmaster: Postmaster }
  | { readonly started: false; readonly portTaken: boolean; readonly reason: string };

/** Starts one server process and waits until it takes connections. */
export async function startPostmaster(options: PostmasterOptions): Promise<PostmasterStart> {
  const { launcher, dataDirectory, keepAlive, signal } = options;
  // Sessions of a server that was killed hold its shared memory for a moment, and a new one would refuse to start.
  await waitUntil(async () => (await postgresProcesses(dataDirectory)).length === 0, ORPHAN_TIMEOUT_MS);
  const { file, args, ...identity } = launcher.command('postgres', [
    '-D',
    launcher.directory,
    ...settings(options),
  ]);
  const child = spawn(file, args, {
    ...identity,
    cwd: '/',
    env: MINIMAL_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own process group: a Ctrl-C in the terminal must reach the control plane alone, which then drains.
    detached: true,
  });
  const log = createServerLog(options.logger);
  const exited = exitOf(child, log);
  let alive = true;
  // At once: `exited` waits for the last words.
  child.once('exit', () => {
    alive = false;
  });
  const { pid } = child;
  if (pid === undefined) {
    return { started: false, portTaken: false, reason: await exited };
  }
  const stop = async (): Promise<void> => {
    log.expectShutdown();
    for (const step of STOP_STEPS) {
      if (!alive) {
        return;
      }
      child.kill(step.signal);
      await waitUntil(() => !alive, step.waitMs, 10);
    }
  };

  const isReady = (): Promise<boolean> => reportsReady(dataDirectory, pid);
  let ready = false;
  await waitUntil(async () => {
    ready = await isReady();
    return ready || !alive || signal.aborted;
  }, READY_TIMEOUT_MS);
  if (ready && alive && !signal.aborted) {
    if (!keepAlive) {
      releaseEventLoop(child);
    }
    return {
      started: true,
      postmaster: {
        pid,
        get alive() {
          return alive;
        },
        exited,
        stop,
      },
    };
  }
  const ended = alive ? undefined : await exited;
  await stop();
  const reason = ended === undefined ? 'it did not become ready in time' : log.problems() || ended;
  return {
    started: false,
    portTaken: log.portTaken(),
    reason: [reason, launcher.hint].filter(Boolean).join('; '),
  };
}

/**
 * Ends a server that a dead owner left behind on the data directory.
 * @throws StoreError `in_use` when its processes do not go away
 */
export async function stopStaleServer(dataDirectory: string, logger: StoreLogger): Promise<void> {
  const first = await postgresProcesses(dataDirectory);
  if (first.length === 0) {
    return;
  }
  const [main] = await readPidFile(dataDirectory);
  logger.warn('stopping the database server of an owner that is gone', { pid: Number(main) || first[0] });
  for (const step of STOP_STEPS) {
    const remaining = await postgresProcesses(dataDirectory);
    const leader = remaining.find((pid) => pid === Number(main));
    // Sessions end by themselves when their leader is gone; only the last step goes for each of them.
    const targets = step.signal === 'SIGKILL' || leader === undefined ? remaining : [leader];
    for (const pid of targets) {
      signalProcess(pid, leader === undefined && step.signal === 'SIGINT' ? 'SIGTERM' : step.signal);
    }
    const gone = await waitUntil(
      async () => (await postgresProcesses(dataDirectory)).length === 0,
      step.waitMs,
    );
    if (gone) {
      return;
    }
  }
  throw new StoreError('in_use', `a Postgres process still works on ${dataDirectory} and cannot be stopped`);
}

function settings({ port, durable, maxConnections }: PostmasterOptions): readonly string[] {
  const values: Readonly<Record<string, string | number>> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: maxConnections,
    // Small on purpose: the database of one control plane fits, and an idle server stays cheap.
    shared_buffers: '16MB',
    max_wal_size: '256MB',
    min_wal_size: '32MB',
    max_parallel_workers_per_gather: 0,
    max_logical_replication_workers: 0,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    // Neither statements nor the values in them reach the log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_statement: 'none',
    log_checkpoints: 'off',
    ...(durable ? { fsync: 'on' } : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function exitOf(child: ChildProcess, log: ServerLog): Promise<string> {
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => log.write(chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      // What it wrote last is still on its way; orphaned sessions may hold the pipe open much longer.
      const output = child.stderr === null ? Promise.resolve() : once(child.stderr, 'close').then(() => {});
      void Promise.race([output, waitUntil(() => false, 50)]).then(() => resolve(`it ended with ${how}`));
    });
  });
}

function releaseEventLoop(child: ChildProcess): void {
  child.unref();
  const pipe = child.stderr as { unref?(): void } | null;
  pipe?.unref?.();
}

/** Line 1 of postmaster.pid is the process id, line 8 the state of the server. */
async function reportsReady(dataDirectory: string, pid: number): Promise<boolean> {
  const lines = await readPidFile(dataDirectory);
  return lines[0] === String(pid) && lines[7] === 'ready';
}

async function readPidFile(dataDirectory: string): Promise<readonly string[]> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.trim());
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, or not ours to signal; the wait that follows finds out.
  }
}
