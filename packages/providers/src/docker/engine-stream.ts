import type { Readable } from 'node:stream';
import type { OutputStream } from '../provider.js';

const HEADER_BYTES = 8;
const STREAMS: Readonly<Record<number, OutputStream>> = { 1: 'stdout', 2: 'stderr' };

export interface OutputChunk {
  readonly stream: OutputStream;
  readonly chunk: Buffer;
}

/**
 * Takes apart what the engine sends for a container without a terminal: frames of a type, three zero bytes, a length of 32 bits and
 * the payload (Engine API, "Attach to a container", stream format). A connection that breaks ends the output.
 */
export async function* demultiplex(source: Readable): AsyncGenerator<OutputChunk> {
  let header = Buffer.alloc(0);
  let stream: OutputStream | undefined;
  let left = 0;
  for await (const received of chunksUntilBroken(source)) {
    let rest = received;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) break;
        stream = STREAMS[header[0] ?? 0];
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const chunk = rest.subarray(0, left);
      rest = rest.subarray(chunk.length);
      left -= chunk.length;
      if (stream !== undefined) yield { stream, chunk };
    }
  }
}

async function* chunksUntilBroken(source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch {
    // The caller asks the engine how the exec ended.
  }
}
