import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ApiClient } from '@stacyvm/api';
import { CommandFailure } from '../failure.js';
import { type Program, startProgram } from '../programs.js';
import { type DataDirectory, DEV_WORKER_ID } from './data-directory.js';
import type { LogPrinter } from './log-printer.js';

/** A control plane with its Postgres, and a worker, each a process of its own. */
export interface DevSystem {
  /**
   * Starts the control plane, then the worker, and waits until the worker has joined.
   *
   * @throws CommandFailure when a program ends or the time is over
   */
  start(client: ApiClient, signal: AbortSignal): Promise<void>;
  /** Rejects when a program ends though nobody asked it to. */
  readonly failed: Promise<never>;
  /** Stops the worker, then the control plane, and waits for both. */
  stop(): Promise<void>;
}

const POLL_MS = 50;
const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 45_000;

export function createDevSystem(directory: DataDirectory, printer: LogPrinter): DevSystem {
  const running: ChildProcess[] = [];
  let stopping = false;
  let fail: (failure: CommandFailure) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const launch = (name: string, program: Program, configFile: string): void => {
    const child = startProgram(program, ['--config', configFile], { stdio: ['ignore', 'inherit', 'pipe'] });
    running.unshift(child);
    printer.follow(name, child.stderr as Readable);
    child.on('exit', () => {
      if (!stopping) fail(new CommandFailure(`the ${name} ended; its last lines above say why`));
    });
  };
  const waitFor = async (
    what: string,
    condition: () => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<void> => {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await Promise.race([condition().catch(() => false), failed]))) {
      signal.throwIfAborted();
      if (performance.now() > deadline)
        throw new CommandFailure(`${what}: not after ${START_TIMEOUT_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };

  return {
    failed,
    async start(client, signal) {
      launch('control-plane', '@stacyvm/control-plane', directory.controlPlaneConfig);
      await waitFor(
        'the control plane is ready',
        async () => (await client.ready()).status === 'ready',
        signal,
      );
      const startedAt = Date.now();
      launch('worker', '@stacyvm/worker', directory.workerConfig);
      await waitFor('the worker has joined', () => hasJoined(client, startedAt), signal);
    },
    async stop() {
      stopping = true;
      for (const child of running) await end(child);
    },
  };
}

/** Its times are whole seconds. A worker of an earlier start is on record, too. */
async function hasJoined(client: ApiClient, startedAt: number): Promise<boolean> {
  for await (const worker of client.workers()) {
    const isFresh = Date.parse(worker.last_heartbeat) >= Math.floor(startedAt / 1000) * 1000;
    if (worker.id === DEV_WORKER_ID && worker.status === 'online' && isFresh) return true;
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
