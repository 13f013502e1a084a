import type { SimulatedWorker } from './simulated-worker.js';
import type { Tally } from './tally.js';
import type { TestClock } from './test-clock.js';

export interface HeartbeatLoad {
  /** Milliseconds from one heartbeat of a worker to its next; 0 sends as many as are answered. */
  readonly paceMs: number;
  /** Without a pace: heartbeats under way at once. */
  readonly lanes: number;
  /** Milliseconds; heartbeats that are due before are sent and not counted. */
  readonly warmUpMs: number;
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
  const { paceMs, lanes, warmUpMs, clock, tally } = load;
  // One of its own for each heartbeat: adding a listener to a signal takes as long as it has listeners.
  const underWay = new Set<AbortController>();
  const cutOff = (): void => {
    for (const heartbeat of underWay) heartbeat.abort();
  };
  clock.over.addEventListener('abort', cutOff, { once: true });
  if (paceMs === 0) {
    let turn = 0;
    const sendInTurn = async (): Promise<void> => {
      while (!clock.over.aborted) {
        const worker = workers[turn % workers.length];
        turn += 1;
        if (worker !== undefined && !(await send(worker, clock.elapsedMs())))
          await clock.pause(RETRY_PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: Math.min(lanes, workers.length) }, sendInTurn));
  } else {
    await sendAtPace();
  }
  clock.over.removeEventListener('abort', cutOff);

  /** The workers take turns that are evenly spread over the pace, so that one timer serves them all. */
  async function sendAtPace(): Promise<void> {
    const series = workers.map((worker) => ({ worker, latest: Promise.resolve() }));
    for (let round = 0; !clock.over.aborted; round += 1) {
      for (const [index, each] of series.entries()) {
        const dueMs = (round + index / series.length) * paceMs;
        const earlyMs = dueMs - clock.elapsedMs();
        if (earlyMs > 0) await clock.pause(earlyMs);
        if (clock.over.aborted) break;
        each.latest = each.latest.then(async () => {
          if (!clock.over.aborted) await send(each.worker, dueMs);
        });
      }
    }
    await Promise.all(series.map(({ latest }) => latest));
  }

  /** A latency begins when the heartbeat was due: that one had to wait for the one before does not make it shorter. */
  async function send(worker: SimulatedWorker, dueMs: number): Promise<boolean> {
    const heartbeat = new AbortController();
    underWay.add(heartbeat);
    try {
      await worker.heartbeat(heartbeat.signal);
      if (dueMs >= warmUpMs) tally.succeeded(clock.elapsedMs() - dueMs);
      return true;
    } catch (error) {
      // What the end of the test cut off is no result.
      if (!clock.over.aborted && dueMs >= warmUpMs) tally.failed(error);
      return false;
    } finally {
      underWay.delete(heartbeat);
    }
  }
}
