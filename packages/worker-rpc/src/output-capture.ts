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

/**
 * Captures at most `limitBytes` a stream, both as bytes of output and (times two) as JSON, which for binary output is
 * much longer. What comes later is dropped; the program goes on.
 */
export function createOutputCapture(limitBytes: number): OutputCapture {
  const pieces: OutputPiece[] = [];
  const streams = { stdout: createStreamBudget(limitBytes), stderr: createStreamBudget(limitBytes) };

  function keep(stream: OutputStream, texts: readonly string[]): void {
    for (const data of texts) if (streams[stream].admit(data)) pieces.push({ stream, data });
  }

  return {
    write(stream, chunk) {
      const budget = streams[stream];
      keep(stream, budget.decode(chunk));
    },
    end() {
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
    decode(chunk: Uint8Array): readonly string[] {
      if (exhausted) return [];
      const kept = chunk.subarray(0, bytesLeft);
      bytesLeft -= kept.length;
      const texts = decoder.decode(kept);
      exhausted = kept.length < chunk.length;
      return texts;
    },
    flush: (): readonly string[] => decoder.end(),
    admit(text: string): boolean {
      encodedLeft -= Buffer.byteLength(encodeJson(text));
      if (encodedLeft >= 0) return true;
      exhausted = true;
      return false;
    },
  };
}
