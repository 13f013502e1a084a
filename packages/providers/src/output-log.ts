import { StringDecoder } from 'node:string_decoder';
import type { OutputStream } from './provider.js';

export interface OutputLogLimits {
  readonly maxLines: number;
  readonly maxCharacters: number;
  /** Longer lines are cut. */
  readonly maxLineCharacters: number;
}

const DEFAULT_LIMITS: OutputLogLimits = {
  maxLines: 2_000,
  maxCharacters: 512 * 1024,
  maxLineCharacters: 8 * 1024,
};

/** Takes the output of one exec; `close` when both streams have ended. */
export interface OutputLogWriter {
  append(stream: OutputStream, chunk: Uint8Array): void;
  close(): void;
}

/** Forgets everything. */
export const NO_LOG: OutputLogWriter = { append: () => {}, close: () => {} };

/** Remembers the last lines of a sandbox's output, bounded in lines and in characters. */
export class OutputLog {
  readonly #limits: OutputLogLimits;
  readonly #lines: string[] = [];
  readonly #unfinished = new Set<LineAssembler>();
  #characters = 0;

  constructor(limits: Partial<OutputLogLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  writer(): OutputLogWriter {
    const finish = (line: string) => this.#push(line);
    const limit = this.#limits.maxLineCharacters;
    const streams = { stdout: new LineAssembler(finish, limit), stderr: new LineAssembler(finish, limit) };
    this.#unfinished.add(streams.stdout).add(streams.stderr);
    return {
      append: (stream, chunk) => streams[stream].append(chunk),
      close: () => {
        for (const assembler of Object.values(streams)) {
          assembler.flush();
          this.#unfinished.delete(assembler);
        }
      },
    };
  }

  /** The last lines, oldest first, ending with lines that have no newline yet. */
  tail(lines: number): readonly string[] {
    if (!(lines >= 1)) return [];
    const partial = [...this.#unfinished].map((assembler) => assembler.partial).filter((text) => text !== '');
    return [...this.#lines, ...partial].slice(-Math.floor(lines));
  }

  #push(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    while (this.#lines.length > this.#limits.maxLines || this.#characters > this.#limits.maxCharacters) {
      this.#characters -= this.#lines.shift()?.length ?? 0;
    }
  }
}

class LineAssembler {
  readonly #decoder = new StringDecoder('utf8');
  readonly #finish: (line: string) => void;
  readonly #maxCharacters: number;
  partial = '';

  constructor(finish: (line: string) => void, maxCharacters: number) {
    this.#finish = finish;
    this.#maxCharacters = maxCharacters;
  }

  append(chunk: Uint8Array): void {
    this.#take(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  flush(): void {
    this.#take(this.#decoder.end());
    if (this.partial !== '') this.#finish(this.partial);
    this.partial = '';
  }

  #take(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#extend(text.slice(start, end));
      this.#finish(this.partial);
      this.partial = '';
      start = end + 1;
    }
    this.#extend(text.slice(start));
  }

  #extend(text: string): void {
    const room = this.#maxCharacters - this.partial.length;
    if (room > 0) this.partial += text.slice(0, room);
  }
}
