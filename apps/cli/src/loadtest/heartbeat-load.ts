import type { SimulatedWorker } from './simulated-worker.js';
import type { Tally } from './tally.js';
import type { TestClock } from './test-clock.js';

export interface HeartbeatLoad {
  /** Milliseconds from one heartbeat of a worker to its next; 0 sends as many as are answered. */
  readonly paceMs: number;
  /** Without a pace: heartbeats under way at once. */
  readonly lanes: number;
  readonly clock: TestClock;
  readonly tally: Tally;
}

/** A control plane that refuses at once is not asked in a tight loop. */
const RETRY_PAUSE_MS = 100;

/** Sends the heartbeats of all workers until the test is over. */
export async function sendHeartbeats(
  workers: readonly SimulatedWorker[],
  load: HeartbeatLoad,
): Promise<void> {
  const { paceMs, lanes, clock, tally } = load;
  let turn = 0;
  if (paceMs === 0) await Promise.all(Array.from({ length: Math.min(lanes, workers.length) }, sendInTurn));
  else
    await Promise.all(workers.map((worker, index) => sendAtPace(worker, (index / workers.length) * paceMs)));

  async function sendInTurn(): Promise<void> {
    while (!clock.over.aborted) {
      const worker = workers[turn % workers.length];
      turn += 1;
      if (worker !== undefined && !(await send(worker, clock.elapsedMs()))) await clock.pause(RETRY_PAUSE_MS);
    }
  }

  async function sendAtPace(worker: SimulatedWorker, firstAtMs: number): Promise<void> {
    for (let dueMs = firstAtMs; ; dueMs += paceMs) {
      const earlyMs = dueMs - clock.elapsedMs();
      if (earlyMs > 0) await clock.pause(earlyMs);
      if (clock.over.aborted) return;
      await send(worker, dueMs);
    }
  }

  /** A latency begins when the heartbeat was due: that one had to wait for the one before does not make it shorter. */
  async function send(worker: SimulatedWorker, dueMs: number): Promise<boolean> {
    try {
      await worker.heartbeat(clock.over);
      tally.succeeded(clock.elapsedMs() - dueMs);
      return true;
    } catch (error) {
      // What the end of the test cut off is no result.
      if (!clock.over.aborted) tally.failed(error);
      return false;
    }
  }
}
