import { ProviderError } from '../errors.js';
import type { OutputLogWriter } from '../output-log.js';
import type { ExecIo, OutputStream } from '../provider.js';
import type { OutputChunk } from './engine-stream.js';
import { MessageScanner, type ScannedPart } from './message-scanner.js';

const MAX_PREFACE_CHARACTERS = 4096;
const MAX_EARLY_BYTES = 4 * 1024 * 1024;
/** Between two reads of output that only the log still wants: a background program that never stops must not keep the worker busy. */
const BACKGROUND_PAUSE_MS = 20;

export interface OutputReceiver {
  readonly log: OutputLogWriter;
  readonly onOutput: ExecIo['onOutput'];
  /** Called when the exec cannot go on: `onOutput` threw, or the sandbox's shell is none. Nothing is delivered after that. */
  onFailure(error: unknown): void;
  /** Called once, when the program has ended and all that it wrote has been delivered. */
  onEnd(exitCode: number): void;
}

/**
 * Carries what the program writes to the caller, one chunk at a time and no faster than the caller takes it, and to the log. After
 * the program's end it reads on for the log alone.
 */
export class ExecOutput {
  readonly #receiver: OutputReceiver;
  readonly #scanners: Readonly<Record<OutputStream, MessageScanner>>;
  readonly #ended = new Set<OutputStream>();
  readonly #early: { readonly stream: OutputStream; readonly part: ScannedPart }[] = [];
  #earlyBytes = 0;
  #preface = '';
  #begun = false;
  #delivering = true;
  #abandon: () => void = () => {};
  readonly #abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve;
  });

  constructor(tag: string, receiver: OutputReceiver) {
    this.#receiver = receiver;
    this.#scanners = { stdout: new MessageScanner(tag), stderr: new MessageScanner(tag) };
  }

  /** The program was started. */
  get begun(): boolean {
    return this.#begun;
  }

  /** What came instead of the program's start: the engine's or the shell's message. */
  get preface(): string {
    return this.#preface;
  }

  /** Delivers nothing more, not even what waits for the caller, but reads on. */
  detach(): void {
    this.#delivering = false;
    this.#abandon();
  }

  /** Reads to the end of the connection. */
  async read(chunks: AsyncIterable<OutputChunk>): Promise<void> {
    try {
      for await (const { stream, chunk } of chunks) {
        for (const part of this.#scanners[stream].push(chunk)) await this.#take(stream, part);
        if (!this.#delivering) await pause();
      }
      for (const stream of ['stdout', 'stderr'] as const) {
        for (const part of this.#scanners[stream].flush()) await this.#take(stream, part);
      }
    } finally {
      this.#receiver.log.close();
    }
  }

  async #take(stream: OutputStream, part: ScannedPart): Promise<void> {
    if (part.kind === 'message' && part.text === 'begin') {
      this.#begun = true;
      for (const early of this.#early.splice(0)) await this.#take(early.stream, early.part);
    } else if (!this.#begun) {
      // The engine carries the two streams apart: all of the program's stderr may come before the message that it has begun.
      this.#early.push({ stream, part });
      if (part.kind === 'data') this.#keepEarly(part.chunk);
    } else if (part.kind === 'data') {
      await this.#deliver(stream, part.chunk);
    } else {
      this.#ended.add(stream);
      if (this.#ended.size === 2) this.#receiver.onEnd(Number(part.text));
    }
  }

  #keepEarly(chunk: Buffer): void {
    this.#preface = (this.#preface + chunk.toString('utf8')).slice(0, MAX_PREFACE_CHARACTERS);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes <= MAX_EARLY_BYTES) return;
    // Whatever writes this took the place of the sandbox's shell; the worker's memory is not for it.
    this.#early.length = 0;
    this.#earlyBytes = 0;
    const problem = '/bin/sh of the sandbox does not behave as a shell';
    this.#receiver.onFailure(new ProviderError('exec_failed', problem));
  }

  async #deliver(stream: OutputStream, chunk: Buffer): Promise<void> {
    this.#receiver.log.append(stream, chunk);
    // What a background process writes after the program's end is for the log.
    if (!this.#delivering || this.#ended.has(stream)) return;
    try {
      await Promise.race([this.#receiver.onOutput(stream, chunk), this.#abandoned]);
    } catch (error) {
      if (!this.#delivering) return;
      this.#delivering = false;
      this.#receiver.onFailure(error);
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, BACKGROUND_PAUSE_MS).unref();
  });
}
