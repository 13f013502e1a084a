import { type ByteGatherer, createByteGatherer } from './byte-gatherer.js';
import { encodeJson } from './json-encoding.js';
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
  /** Whether output beyond the limit was dropped. */
  readonly truncated: boolean;
}

/** What one stream wrote without the other in between. */
interface Run {
  readonly stream: OutputStream;
  readonly bytes: ByteGatherer;
}

export interface OutputCaptureOptions {
  /** How often the order of the streams is kept; beyond that, each stream is still complete. By default 4096 times. */
  readonly maxRuns?: number;
}

/**
 * Captures at most `limitBytes` a stream, both as bytes of output and (times two) as JSON, which for binary output is
 * much longer. What comes later is dropped; the program goes on. Whatever the program writes, byte by byte or by both streams in turn,
 * it takes no more memory than that.
 */
export function createOutputCapture(
  limitBytes: number,
  { maxRuns = 4096 }: OutputCaptureOptions = {},
): OutputCapture {
  const runs: Run[] = [];
  const latest: Partial<Record<OutputStream, Run>> = {};
  const streams = { stdout: createStreamBudget(limitBytes), stderr: createStreamBudget(limitBytes) };

  function runFor(stream: OutputStream): Run {
    const [last, own] = [runs.at(-1), latest[stream]];
    if (own !== undefined && (own === last || runs.length >= maxRuns)) return own;
    const run = { stream, bytes: createByteGatherer() };
    runs.push(run);
    latest[stream] = run;
    return run;
  }

  return {
    write(stream, chunk) {
      const kept = streams[stream].take(chunk);
      if (kept.length > 0) runFor(stream).bytes.add(kept);
    },
    end() {
      const pieces: OutputPiece[] = [];
      const keep = (stream: OutputStream, texts: readonly string[]): void => {
        for (const data of texts) if (streams[stream].admit(data)) pieces.push({ stream, data });
      };
      for (const { stream, bytes } of runs) keep(stream, streams[stream].decode(bytes.take()));
      for (const stream of ['stdout', 'stderr'] as const) {
        if (!streams[stream].exhausted) keep(stream, streams[stream].flush());
      }
      return pieces;
    },
    get truncated() {
      return streams.stdout.exhausted || streams.stderr.exhausted;
    },
  };
}

function createStreamBudget(limitBytes: number) {
  const decoder = createOutputTextDecoder();
  let bytesLeft = limitBytes;
  let encodedLeft = limitBytes * 2;
  let exhausted = false;
  return {
    get exhausted(): boolean {
      return exhausted;
    },
    take(chunk: Uint8Array): Uint8Array {
      const kept = chunk.subarray(0, bytesLeft);
      bytesLeft -= kept.length;
      if (kept.length < chunk.length) exhausted = true;
      return kept;
    },
    decode: (bytes: Uint8Array): readonly string[] => decoder.decode(bytes),
    flush: (): readonly string[] => decoder.end(),
    admit(text: string): boolean {
      if (encodedLeft >= 0) encodedLeft -= Buffer.byteLength(encodeJson(text));
      if (encodedLeft >= 0) return true;
      exhausted = true;
      return false;
    },
  };
}
