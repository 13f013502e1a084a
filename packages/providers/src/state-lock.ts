import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ProviderError } from './errors.js';
import { startOnHost } from './host-command.js';
import { makeDirectory } from './make-directory.js';

const CONFLICT = 75;
/** A killed worker's lock goes a moment after the worker. */
const ATTEMPTS_MS = [0, 50, 100, 200, 400];

/**
 * Holds the kernel's lock on a state directory through a small process that ends with this one, so that the lock can neither
 * go stale nor be held twice, whatever pid namespace the owners are in.
 */
export class StateLock {
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** Makes the directory where it is missing. @throws ProviderError `state_directory_in_use` or `unavailable` */
  static async acquire(directory: string): Promise<StateLock> {
    await makeDirectory(directory, 0o700).catch((error: NodeJS.ErrnoException) => {
      throw new ProviderError(
        'unavailable',
        `the state directory ${directory} cannot be made: ${error.code}; name one where this user may write`,
        { cause: error },
      );
    });
    for (const pauseMs of ATTEMPTS_MS) {
      if (pauseMs > 0) await delay(pauseMs);
      const holder = await tryLock(join(directory, '.lock'));
      if (holder !== undefined) return new StateLock(holder);
    }
    throw new ProviderError(
      'state_directory_in_use',
      `another live provider uses the state directory ${directory}; give each worker its own`,
    );
  }

  async release(): Promise<void> {
    const holder = this.#holder;
    if (holder.exitCode !== null || holder.signalCode !== null) return;
    holder.ref();
    const ended = once(holder, 'exit');
    holder.stdin?.destroy();
    await ended;
  }
}

async function tryLock(file: string): Promise<ChildProcess | undefined> {
  const options = ['--nonblock', '--no-fork', '--conflict-exit-code', String(CONFLICT), file];
  const holder = startOnHost(
    'flock',
    [...options, '/bin/sh', '-c', 'echo locked; exec >/dev/null; read -r _'],
    ['pipe', 'pipe', 'ignore'],
  );
  holder.stdin?.on('error', () => {});
  const ended = once(holder, 'exit').then(([code]) => code as number | null);
  const locked = holder.stdout === null ? ended : once(holder.stdout, 'data').then(() => 'locked' as const);
  const outcome = await Promise.race([locked, ended]).catch((error: Error) => error);
  if (outcome === 'locked') {
    holder.stdout?.destroy();
    holder.unref();
    (holder.stdin as Socket | null)?.unref();
    ended.catch(() => {});
    return holder;
  }
  if (outcome === CONFLICT) return undefined;
  throw new ProviderError('unavailable', `the state directory cannot be locked: ${file}`, {
    cause: outcome instanceof Error ? outcome : undefined,
  });
}
