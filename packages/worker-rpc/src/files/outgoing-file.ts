import type { Writable } from 'node:stream';
import { createFrameWriter } from './frame-writer.js';

/** A request body that is sent once the peer is willing to take it. */
export interface OutgoingTransfer {
  /** Something was read from its source: it cannot be sent again. */
  begun(): boolean;
  /** Sends all of it, unless `halt` fires before. Throws what the source throws. */
  send(target: Writable, envelope: string, halt: AbortSignal): Promise<void>;
}

/** What fits is sent in one piece. */
const WHOLE_BYTES = 256 * 1024;

export type BegunContent =
  | { readonly whole: Buffer }
  | { readonly whole?: undefined; readonly rest: AsyncGenerator<Uint8Array> };

/** Reads content until it has ended or is too much to be sent in one piece. */
export async function beginContent(content: AsyncIterable<Uint8Array>): Promise<BegunContent> {
  const iterator = content[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= WHOLE_BYTES) {
    const next = await iterator.next();
    if (next.done) return { whole: Buffer.concat(first) };
    // The source may use its buffer again.
    first.push(Uint8Array.from(next.value));
    bytes += next.value.byteLength;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { rest: rest() };
}

export function fileTransfer(
  content: AsyncIterable<Uint8Array>,
): OutgoingTransfer & { readonly bytes: () => number } {
  let begun = false;
  let bytes = 0;
  return {
    begun: () => begun,
    bytes: () => bytes,
    async send(target, envelope, halt) {
      begun = true;
      const writer = createFrameWriter(target, halt);
      await writer.head(envelope);
      for await (const chunk of content) {
        if (halt.aborted) return;
        bytes += chunk.byteLength;
        await writer.data(chunk);
      }
      await writer.end();
    },
  };
}
