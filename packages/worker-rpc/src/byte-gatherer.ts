/** Gathers bytes that arrive piece by piece. */
export interface ByteGatherer {
  readonly length: number;
  add(piece: Uint8Array): void;
  /** Makes room for so many bytes in all, so that nothing is copied on the way to them. */
  expect(bytes: number): void;
  /** Everything gathered so far, and begins anew. */
  take(): Buffer;
}

const FIRST_BYTES = 1024;

/**
 * Keeps all in one buffer: a peer may send a byte at a time, and to keep each as an object takes a hundred times as much memory as
 * its limit allows.
 */
export function createByteGatherer(): ByteGatherer {
  let buffer = Buffer.alloc(0);
  let length = 0;

  function growTo(capacity: number): void {
    const larger = Buffer.allocUnsafe(capacity);
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  }

  return {
    get length() {
      return length;
    },
    add(piece) {
      const needed = length + piece.byteLength;
      if (needed > buffer.length) growTo(Math.max(needed, buffer.length * 2, FIRST_BYTES));
      buffer.set(piece, length);
      length = needed;
    },
    expect(bytes) {
      if (bytes > buffer.length) growTo(bytes);
    },
    take() {
      const gathered = buffer.subarray(0, length);
      buffer = Buffer.alloc(0);
      length = 0;
      return gathered;
    },
  };
}
