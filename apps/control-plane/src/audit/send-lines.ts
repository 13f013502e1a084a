import type { Response } from 'express';
import { takesItsTime } from '../http-server.js';
import { pacedWrite } from '../paced-write.js';

/** How long the reader may take nothing before it counts as gone. */
const READER_STALL_MS = 120_000;

/**
 * Sends texts as they come and as fast as they are read, in memory for one of them. An error before the first text is an
 * ordinary answer; afterwards it breaks the connection off, so that nobody takes a part for the whole.
 *
 * @param gone aborts when the caller goes away
 */
export async function sendLines(
  response: Response,
  texts: AsyncIterable<string>,
  gone: AbortSignal,
): Promise<void> {
  for await (const text of texts) {
    if (gone.aborted) return;
    if (!response.headersSent) {
      takesItsTime(response.req);
      response.flushHeaders();
    }
    try {
      await pacedWrite(response, text, { stallMs: READER_STALL_MS, gone });
    } catch {
      return;
    }
  }
  response.end();
}
