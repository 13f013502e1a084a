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
 * @throws the error of the answer, or an `AbortError` when `gone` fires while the reader is waited for
 */
export async function pacedWrite(
  response: Response,
  part: string | Uint8Array,
  { stallMs, gone }: Pace,
): Promise<void> {
  if (response.write(part)) return;
  const stalled = setTimeout(() => response.destroy(), stallMs);
  try {
    await once(response, 'drain', { signal: gone });
  } finally {
    clearTimeout(stalled);
  }
}
