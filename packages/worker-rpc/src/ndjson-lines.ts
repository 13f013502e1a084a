import { createByteGatherer } from './byte-gatherer.js';

/** A stream has a line longer than the limit. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

const LINE_FEED = 0x0a;

/**
 * Splits chunks into lines. Holds at most one line, of at most `limitBytes`; a last line need not end in a line feed.
 *
 * @throws LineTooLong
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  const held = createByteGatherer();
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      if (held.length + end - start > limitBytes) throw new LineTooLong('a line is too long');
      held.add(bytes.subarray(start, end));
      yield held.take();
      start = end + 1;
    }
    if (start < bytes.length) {
      held.add(bytes.subarray(start));
      if (held.length > limitBytes) throw new LineTooLong('a line is too long');
    }
  }
  if (held.length > 0) yield held.take();
}
