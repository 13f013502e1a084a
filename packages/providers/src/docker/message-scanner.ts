/** What a stream brings: the program's own bytes, or a message of the script that runs it. */
export type ScannedPart =
  | { readonly kind: 'data'; readonly chunk: Buffer }
  | { readonly kind: 'message'; readonly text: string };

const MAX_MESSAGE_BYTES = 16;
const NEWLINE = 0x0a;

/** Finds messages (`<tag><text>\n`) in a stream, wherever its chunks are cut. Bytes that may begin one wait for the next chunk. */
export class MessageScanner {
  readonly #tag: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(tag: string) {
    this.#tag = Buffer.from(tag);
  }

  push(chunk: Buffer): readonly ScannedPart[] {
    const parts: ScannedPart[] = [];
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const start = rest.indexOf(this.#tag);
      if (start === -1) break;
      addData(parts, rest.subarray(0, start));
      const text = rest.subarray(start + this.#tag.length);
      const end = text.subarray(0, MAX_MESSAGE_BYTES).indexOf(NEWLINE);
      if (end === -1 && text.length < MAX_MESSAGE_BYTES) {
        this.#held = Buffer.from(rest.subarray(start));
        return parts;
      }
      // The program has printed the tag itself: its bytes are data like all others.
      if (end === -1) addData(parts, this.#tag);
      else parts.push({ kind: 'message', text: text.subarray(0, end).toString('latin1') });
      rest = text.subarray(end + 1);
    }
    const keep = this.#beginningOfTag(rest);
    addData(parts, rest.subarray(0, rest.length - keep));
    this.#held = Buffer.from(rest.subarray(rest.length - keep));
    return parts;
  }

  /** At the end of the stream: what waited is data. */
  flush(): readonly ScannedPart[] {
    const parts: ScannedPart[] = [];
    addData(parts, this.#held);
    this.#held = Buffer.alloc(0);
    return parts;
  }

  /** How many of the last bytes are the beginning of a tag. */
  #beginningOfTag(bytes: Buffer): number {
    for (let length = Math.min(bytes.length, this.#tag.length - 1); length > 0; length -= 1) {
      if (bytes.subarray(bytes.length - length).equals(this.#tag.subarray(0, length))) return length;
    }
    return 0;
  }
}

function addData(parts: ScannedPart[], chunk: Buffer): void {
  if (chunk.length > 0) parts.push({ kind: 'data', chunk });
}
