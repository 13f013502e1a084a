import { once } from 'node:events';
import type { Response } from 'express';

export interface Pace {
  /** How long the reader may take nothing, in milliseconds; then its connection is broken off. */
  readonly stallMs: number;
  /** Fires when nobody waits for more. */
  readonly gone: AbortSignal;
}

/**
 * Writes a part of an answer as fast as it is read: resolves when there is room for the next one.
 *
 * @throws the error of the answer, or an `AbortError` when `gone` has fired, or fires while the reader is waited for
 */
export async function pacedWrite(
  response: Response,
  part: string | Uint8Array,
  { stallMs, gone }: Pace,
): Promise<void> {
  gone.throwIfAborted();
  if (response.write(part)) return;
  const stalled = setTimeout(() => response.destroy(), stallMs);
  try {
    await once(response, 'drain', { signal: gone });
  } finally {
    clearTimeout(stalled);
  }
}

/** How long the reader is waited for at the end, in milliseconds. */
const LAST_PART_MS = 5_000;

/** Ends an answer with a last part; who does not take it in time does not get it. */
export function endWith(response: Response, part: string): void {
  const late = setTimeout(() => response.destroy(), LAST_PART_MS);
  response.on('close', () => clearTimeout(late));
  response.end(part);
}
