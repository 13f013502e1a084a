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
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      if (heldBytes + end - start > limitBytes) throw new LineTooLong('a line is too long');
      yield Buffer.concat([...held, bytes.subarray(start, end)]);
      held = [];
      heldBytes = 0;
      start = end + 1;
    }
    if (start < bytes.length) {
      held.push(bytes.subarray(start));
      heldBytes += bytes.length - start;
      if (heldBytes > limitBytes) throw new LineTooLong('a line is too long');
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
