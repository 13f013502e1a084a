/** Bytes in order of arrival, in blocks that are never copied: what it holds is what it was given room for. */
export interface OutputBlocks {
  /** Bytes that its blocks take beyond the free ones. */
  readonly takenBytes: number;
  /** Keeps a chunk, or its beginning where there is no room for all of it. @returns how many bytes were kept */
  append(chunk: Uint8Array): number;
  /** Hands out the next bytes, piece by piece, and forgets them. */
  read(length: number): Generator<Uint8Array>;
  clear(): void;
}

export interface OutputBlocksOptions {
  readonly limitBytes: number;
  /** What needs no room to be taken for it. */
  readonly freeBytes: number;
  /** Asked before a block beyond the free bytes is made. */
  readonly take: (bytes: number) => boolean;
}

const FIRST_BLOCK_BYTES = 4 * 1024;
const BLOCK_BYTES = 64 * 1024;

export function createOutputBlocks({ limitBytes, freeBytes, take }: OutputBlocksOptions): OutputBlocks {
  const blocks: Buffer[] = [];
  let capacity = 0;
  let takenBytes = 0;
  /** Within the last block. */
  let written = 0;
  /** Within the first block. */
  let readAt = 0;

  function addBlock(): boolean {
    const isFree = capacity < freeBytes;
    const wanted = Math.min(Math.max(capacity, FIRST_BLOCK_BYTES), BLOCK_BYTES);
    const size = Math.min(wanted, limitBytes - capacity, isFree ? freeBytes - capacity : wanted);
    if (size <= 0 || !(isFree || take(size))) return false;
    if (!isFree) takenBytes += size;
    // Of its own: a slice of Node's pool keeps all of that alive.
    blocks.push(Buffer.allocUnsafeSlow(size));
    capacity += size;
    written = 0;
    return true;
  }

  return {
    get takenBytes() {
      return takenBytes;
    },
    append(chunk) {
      let kept = 0;
      while (kept < chunk.byteLength) {
        const block = blocks.at(-1);
        if (block === undefined || written === block.length) {
          if (addBlock()) continue;
          break;
        }
        const part = chunk.subarray(kept, kept + block.length - written);
        block.set(part, written);
        written += part.byteLength;
        kept += part.byteLength;
      }
      return kept;
    },
    *read(length) {
      let left = length;
      while (left > 0) {
        const block = blocks[0];
        if (block === undefined) return;
        const part = block.subarray(readAt, readAt + left);
        left -= part.length;
        readAt += part.length;
        if (readAt === block.length) {
          blocks.shift();
          readAt = 0;
        }
        yield part;
      }
    },
    clear() {
      blocks.length = 0;
      readAt = 0;
    },
  };
}
