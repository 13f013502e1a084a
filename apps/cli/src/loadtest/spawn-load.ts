import type { ApiClient, ExecRequest, Sandbox, SpawnRequest } from '@stacyvm/api';
import { createTally, type Tally } from './tally.js';
import type { TestClock } from './test-clock.js';

export interface SpawnLoad {
  readonly client: ApiClient;
  readonly spawn: SpawnRequest;
  /** Run once in each sandbox; absent: sandboxes are spawned and destroyed only. */
  readonly exec?: ExecRequest | undefined;
  readonly concurrency: number;
}

export interface SpawnTallies {
  readonly spawn: Tally;
  readonly exec: Tally;
  readonly destroy: Tally;
}

export interface SpawnLoadResult {
  readonly tallies: SpawnTallies;
  /** Ids of sandboxes that could not be destroyed: they end with their ttl. */
  readonly left: readonly string[];
}

/** A control plane that refuses at once is not asked in a tight loop. */
const RETRY_PAUSE_MS = 100;

/**
 * Spawns, runs and destroys in as many lanes as there is concurrency, until the test is over. A sandbox that was
 * spawned is always destroyed, also after the end.
 */
export async function spawnAndDestroy(load: SpawnLoad, clock: TestClock): Promise<SpawnLoadResult> {
  const { client } = load;
  const tallies: SpawnTallies = { spawn: createTally(), exec: createTally(), destroy: createTally() };
  const left: string[] = [];

  await Promise.all(
    Array.from({ length: load.concurrency }, async () => {
      while (!clock.over.aborted) {
        if (!(await oneLife())) await clock.pause(RETRY_PAUSE_MS);
      }
    }),
  );
  return { tallies, left };

  /** False when anything failed. */
  async function oneLife(): Promise<boolean> {
    // Not cut off by the end of the test: only who waits for the answer knows what there is to destroy.
    const sandbox = await timed<Sandbox>(tallies.spawn, () => client.spawn(load.spawn));
    if (sandbox === undefined) return false;
    const { exec } = load;
    const ran =
      exec === undefined ||
      clock.over.aborted ||
      (await timed(tallies.exec, async () => {
        const { exit_code } = await client.exec(sandbox.id, exec);
        if (exit_code !== 0) throw new ExitCode(exit_code);
        return true;
      }));
    const destroyed = await timed(tallies.destroy, async () => {
      await client.destroy(sandbox.id);
      return true;
    });
    if (!destroyed) left.push(sandbox.id);
    return Boolean(ran && destroyed);
  }

  async function timed<T>(tally: Tally, work: () => Promise<T>): Promise<T | undefined> {
    const startedAt = clock.elapsedMs();
    try {
      const value = await work();
      tally.succeeded(clock.elapsedMs() - startedAt);
      return value;
    } catch (error) {
      tally.failed(error);
      return undefined;
    }
  }
}

/** A program of the user's own that failed. */
class ExitCode extends Error {
  readonly reason: string;

  constructor(exitCode: number) {
    super(`the program exited with ${exitCode}`);
    this.reason = `exit_code_${exitCode}`;
  }
}
