import type { Writable } from 'node:stream';

/** Feeds a program's standard input. `stop` when the program has ended, whether it read everything or not. */
export interface StdinPump {
  stop(): void;
}

/** @param onFailure called when the source throws; a program that stops reading is no failure */
export function pumpStdin(
  source: AsyncIterable<Uint8Array>,
  target: Writable,
  onFailure: (error: unknown) => void,
): StdinPump {
  target.on('error', () => {});
  const iterator = source[Symbol.asyncIterator]();
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    target.destroy();
    // A source that waits for ever is not waited for, but it is told.
    iterator.return?.().then(undefined, () => {});
  };
  let wake: () => void = () => {};
  target.on('drain', () => wake());
  target.once('close', () => {
    stop();
    wake();
  });
  const pump = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      if (stopped) return;
      if (target.write(next.value) || stopped) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    target.end();
  };
  pump().catch((error: unknown) => {
    if (stopped) return;
    stop();
    onFailure(error);
  });
  return { stop };
}
