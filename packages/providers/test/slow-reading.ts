import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from './sandbox-run.js';

/** Twice of 64 KiB in 20 ms, which is how a worker reads what nobody waits for. */
const MAX_BYTES_PER_MS = 6_500;
/** What pipes and buffers on the way take at once. */
const BUFFERED_BYTES = 2_500_000;

/** Expects that a program in the background is read on, and slowly, however long it takes to look on a busy host. */
export async function expectSlowReading(writtenBytes: () => Promise<number>): Promise<void> {
  const begun = performance.now();
  const before = await writtenBytes();
  await delay(300);
  const written = (await writtenBytes()) - before;
  const elapsedMs = performance.now() - begun;
  expect(written).to.be.lessThan(BUFFERED_BYTES + elapsedMs * MAX_BYTES_PER_MS);
  await eventually('it is read on', async () => (await writtenBytes()) > before);
}
