import { encodeJson } from './json-encoding.js';
import { createOutputBlocks } from './output-blocks.js';
import { createOutputTextDecoder } from './output-text.js';
import type { OutputStream } from './rpc-messages.js';

export interface OutputPiece {
  readonly stream: OutputStream;
  readonly data: string;
}

/** Collects the output of a program for an answer in one piece. */
export interface OutputCapture {
  write(stream: OutputStream, chunk: Uint8Array): void;
  /** Everything captured, in order of arrival. */
  end(): readonly OutputPiece[];
  /** Forgets everything, and what is still written. */
  discard(): void;
  /** Whether output beyond the limit, or the room, was dropped. */
  readonly truncated: boolean;
}

/** What one stream wrote without the other in between. */
interface Run {
  readonly stream: OutputStream;
  bytes: number;
}

export interface OutputCaptureOptions {
  /** How often the order of the streams is kept; beyond that, each stream is still complete. By default 4096 times. */
  readonly maxRuns?: number;
  /** Asked for room before a stream takes more than its 256 KiB; by default there is always some. */
  readonly take?: (bytes: number) => boolean;
}

/** What each stream may hold in any case. */
export const FREE_STREAM_BYTES = 256 * 1024;

/**
 * Captures at most `limitBytes` a stream, both as bytes of output and (times two) as JSON, which for binary output is
 * much longer; and no more than there is room for. What comes later is dropped; the program goes on. Whatever the program writes, byte
 * by byte or by both streams in turn, it takes no more memory than that.
 */
export function createOutputCapture(
  limitBytes: number,
  { maxRuns = 4096, take = () => true }: OutputCaptureOptions = {},
): OutputCapture {
  const runs: Run[] = [];
  const latest: Partial<Record<OutputStream, Run>> = {};
  const streams = {
    stdout: createCapturedStream(limitBytes, take),
    stderr: createCapturedStream(limitBytes, take),
  };
  let discarded = false;

  function runFor(stream: OutputStream): Run {
    const [last, own] = [runs.at(-1), latest[stream]];
    if (own !== undefined && (own === last || runs.length >= maxRuns)) return own;
    const run = { stream, bytes: 0 };
    runs.push(run);
    latest[stream] = run;
    return run;
  }

  return {
    write(stream, chunk) {
      if (discarded) return;
      const kept = streams[stream].keep(chunk);
      if (kept > 0) runFor(stream).bytes += kept;
    },
    end() {
      const pieces: OutputPiece[] = [];
      const tell = (stream: OutputStream, texts: Iterable<string>): void => {
        for (const data of texts) if (streams[stream].admit(data)) pieces.push({ stream, data });
      };
      for (const { stream, bytes } of runs) tell(stream, streams[stream].texts(bytes));
      for (const stream of ['stdout', 'stderr'] as const) {
        if (!streams[stream].exhausted) tell(stream, streams[stream].lastTexts());
      }
      return pieces;
    },
    discard() {
      discarded = true;
      streams.stdout.clear();
      streams.stderr.clear();
    },
    get truncated() {
      return streams.stdout.exhausted || streams.stderr.exhausted;
    },
  };
}

function createCapturedStream(limitBytes: number, take: (bytes: number) => boolean) {
  const blocks = createOutputBlocks({ limitBytes, freeBytes: FREE_STREAM_BYTES, take });
  const decoder = createOutputTextDecoder();
  let encodedLeft = limitBytes * 2;
  let encodedBytes = 0;
  /** Taken for JSON that is longer than the bytes. */
  let takenBytes = 0;
  let exhausted = false;

  /** The bytes are gone by the time the JSON is sent, and their room is there for it. */
  function hasRoomForJson(): boolean {
    const more = encodedBytes - 2 * FREE_STREAM_BYTES - blocks.takenBytes - takenBytes;
    if (more <= 0) return true;
    if (!take(more)) return false;
    takenBytes += more;
    return true;
  }

  return {
    get exhausted(): boolean {
      return exhausted;
    },
    keep(chunk: Uint8Array): number {
      // What is kept is the beginning of the output, without gaps, also where there is room again.
      const kept = exhausted ? 0 : blocks.append(chunk);
      if (kept < chunk.byteLength) exhausted = true;
      return kept;
    },
    *texts(bytes: number): Generator<string> {
      for (const part of blocks.read(bytes)) yield* decoder.decode(part);
    },
    lastTexts: (): readonly string[] => decoder.end(),
    admit(text: string): boolean {
      if (encodedLeft < 0) return false;
      const bytes = Buffer.byteLength(encodeJson(text));
      encodedLeft -= bytes;
      encodedBytes += bytes;
      if (encodedLeft >= 0 && hasRoomForJson()) return true;
      encodedLeft = -1;
      exhausted = true;
      return false;
    },
    clear: blocks.clear,
  };
}
