import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { deriveWorkerKey } from '@stacyvm/token';
import { eventually } from './eventually.js';

const PROGRAM = fileURLToPath(new URL('../../worker/dist/main.js', import.meta.url));

/** The worker's own program, with the providers mock and bubblewrap. */
export interface WorkerProcess {
  readonly id: string;
  readonly pid: number;
  /** What it keeps of its sandboxes: `sandboxes/<id>/workspace`, for one. */
  readonly stateDirectory: string;
  records(message: string): readonly Record<string, unknown>[];
  /** Waits until it has written a record with this message. */
  said(message: string, times?: number): Promise<Record<string, unknown>>;
  /** SIGTERM; tells the exit code. */
  stop(): Promise<number | null>;
}

export interface WorkerProcessOptions {
  readonly id: string;
  readonly controlPlaneUrl: string;
  /** The master key; the worker is given what is derived from it. */
  readonly signingKey: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const { id } = options;
  const directory = mkdtempSync(join(tmpdir(), 'stacyvm-worker-'));
  const stateDirectory = join(directory, 'state');
  const child = spawn(
    process.execPath,
    [PROGRAM, '--id', id, '--control-plane', options.controlPlaneUrl, '--listen', '127.0.0.1:0'],
    {
      cwd: directory,
      stdio: ['ignore', 'inherit', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: directory,
        STACYVM_AUTH_WORKER_SIGNING_KEY: deriveWorkerKey(options.signingKey, id),
        STACYVM_PROVIDERS_MOCK_ENABLED: 'true',
        STACYVM_WORKER_STATE_DIR: stateDirectory,
        STACYVM_WORKER_HEARTBEAT_INTERVAL: '200ms',
        ...options.env,
      },
    },
  );
  const records: Record<string, unknown>[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    records.push(line.startsWith('{') ? JSON.parse(line) : { message: line });
  });
  const withMessage = (message: string) => records.filter((record) => record['message'] === message);
  return {
    id,
    pid: child.pid ?? 0,
    stateDirectory,
    records: withMessage,
    said: (message, times = 1) =>
      eventually(() => {
        const found = withMessage(message)[times - 1];
        if (found !== undefined) return found;
        throw new Error(`the worker has not said "${message}": ${JSON.stringify(records.slice(-5))}`);
      }),
    stop: async () => {
      const code = await end(child);
      rmSync(directory, { recursive: true, force: true });
      return code;
    },
  };
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await once(child, 'exit');
    clearTimeout(timer);
  }
  return child.exitCode;
}
