import { createByteGatherer } from '../byte-gatherer.js';

/** The content type of a transfer of a file, in a request as in an answer. */
export const FRAMES_TYPE = 'application/x-stacyvm-frames';

/**
 * A transfer is a sequence of frames: one byte for the kind, four for the length (big-endian), and so many bytes. It begins with a
 * `head` (an envelope in JSON) and, if it is whole, ends with an `end` (`{"size","sha256"}`); a `failure` (`{"error","reason"}`) ends
 * it too. A transfer without either was cut.
 */
export const FRAME_KINDS = { head: 1, data: 2, end: 3, failure: 4 } as const;

export type FrameKind = keyof typeof FRAME_KINDS;

export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Buffer;
}

/** Larger data is sent in several frames. */
export const MAX_FRAME_BYTES = 256 * 1024;
const HEADER_BYTES = 5;

/** Bytes that are no sequence of frames. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export function frameHeader(kind: FrameKind, payloadBytes: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt8(FRAME_KINDS[kind], 0);
  header.writeUInt32BE(payloadBytes, 1);
  return header;
}

/**
 * Splits chunks into frames, of which it holds one at most.
 *
 * @throws FrameError
 */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void, undefined> {
  const held = createByteGatherer();
  let neededBytes = HEADER_BYTES;
  for await (const chunk of chunks) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (held.length > 0) {
      held.add(bytes);
      if (held.length < neededBytes) continue;
      bytes = held.take();
    }
    for (neededBytes = neededFor(bytes); bytes.length >= neededBytes; neededBytes = neededFor(bytes)) {
      yield { kind: kindOf(bytes), payload: bytes.subarray(HEADER_BYTES, neededBytes) };
      bytes = bytes.subarray(neededBytes);
    }
    if (bytes.length > 0) held.add(bytes);
  }
  if (held.length > 0) throw new FrameError('the transfer ends within a frame');
}

/** The length of the frame that begins here, or what tells it. */
function neededFor(bytes: Buffer): number {
  return bytes.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + payloadLength(bytes);
}

function kindOf(frame: Buffer): FrameKind {
  for (const [kind, code] of Object.entries(FRAME_KINDS)) if (code === frame[0]) return kind as FrameKind;
  throw new FrameError('the transfer has a frame of an unknown kind');
}

function payloadLength(frame: Buffer): number {
  const length = frame.readUInt32BE(1);
  if (length > MAX_FRAME_BYTES) throw new FrameError('the transfer has a frame over 256 KiB');
  return length;
}
