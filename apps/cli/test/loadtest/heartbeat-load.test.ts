import { getEventListeners, setMaxListeners } from 'node:events';
import { expect } from 'chai';
import { sendHeartbeats } from '../../src/loadtest/heartbeat-load.js';
import type { SimulatedWorker } from '../../src/loadtest/simulated-worker.js';
import { createTally } from '../../src/loadtest/tally.js';
import { startTestClock, type TestClock } from '../../src/loadtest/test-clock.js';

const never = new AbortController().signal;

/** Workers whose heartbeats are answered when the test wants it, or never. */
function workersThat(answer: (signal: AbortSignal) => Promise<void>, count: number) {
  const sent = new Map<string, number>();
  const workers = Array.from({ length: count }, (_, index): SimulatedWorker => {
    const id = `w-${index}`;
    return {
      id,
      async heartbeat(signal = never) {
        sent.set(id, (sent.get(id) ?? 0) + 1);
        await answer(signal);
      },
      leave: async () => undefined,
    };
  });
  return { workers, sent };
}

const untilCutOff = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** Goes on by nothing but its pauses, so that no machine is too slow for it. */
function clockOfPauses(durationMs: number): TestClock {
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  let nowMs = 0;
  return {
    over: end.signal,
    elapsedMs: () => nowMs,
    async pause(ms) {
      nowMs = Math.min(nowMs + ms, durationMs);
      // What is under way may be answered meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      if (nowMs === durationMs) end.abort();
    },
    stop: () => ({ elapsedMs: nowMs, cpu: { seconds: 0, percent_of_one_core: 0 } }),
  };
}

describe('sendHeartbeats', () => {
  it('lets ten thousand workers wait on few listeners: each more would make every heartbeat slower', async () => {
    const clock = clockOfPauses(500);
    let most = 0;
    const { workers, sent } = workersThat((signal) => {
      most = Math.max(most, getEventListeners(clock.over, 'abort').length);
      return untilCutOff(signal);
    }, 10_000);
    const tally = createTally();
    await sendHeartbeats(workers, { paceMs: 1_000, lanes: 1, warmUpMs: 0, clock, tally });
    const { elapsedMs } = clock.stop();
    expect(sent.size).to.be.within(4_999, 5_000);
    expect(Math.max(...sent.values())).to.equal(1);
    expect(most).to.be.within(1, 5);
    expect(getEventListeners(clock.over, 'abort').length).to.be.below(5);
    // What the end cuts off is neither a success nor a failure.
    expect(tally.result(elapsedMs)).to.include({ succeeded: 0, failed: 0 });
  });

  it('spreads the heartbeats of the workers over the pace, and lets none overtake the one before', async () => {
    let underWay = 0;
    let most = 0;
    const { workers, sent } = workersThat(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 120));
      underWay -= 1;
    }, 4);
    const clock = startTestClock(1_000, never);
    const tally = createTally();
    await sendHeartbeats(workers, { paceMs: 50, lanes: 1, warmUpMs: 0, clock, tally });
    const { elapsedMs } = clock.stop();
    expect(most).to.equal(4);
    for (const count of sent.values()) expect(count).to.be.within(2, 9);
    const { latency_ms: latency } = tally.result(elapsedMs);
    // Each was due long before the one before it was answered.
    expect(latency?.max).to.be.greaterThan(300);
  });

  it('sends what is due while it warms up, and counts what is due afterwards', async () => {
    const { workers, sent } = workersThat(async () => undefined, 10);
    const clock = clockOfPauses(1_000);
    const tally = createTally();
    await sendHeartbeats(workers, { paceMs: 100, lanes: 1, warmUpMs: 500, clock, tally });
    const { elapsedMs } = clock.stop();
    const total = [...sent.values()].reduce((sum, count) => sum + count, 0);
    // 100 are due, one each 10 ms; the last fifty after the warm-up.
    expect([total, tally.result(elapsedMs).succeeded]).to.deep.equal([100, 50]);
  });
});
