import type { Socket } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { OutputLogWriter } from '../output-log.js';
import type { ExecIo, OutputStream } from '../provider.js';

/** More than a pipe can hold: a background process that writes on and on does not delay the end of its exec for ever. */
const MAX_DRAIN_BYTES = 1024 * 1024;
const QUIET_MS = 5;
/** Between two reads of output that only the log still wants: a background program that never stops must not keep the worker busy. */
const BACKGROUND_PAUSE_MS = 20;

export interface OutputSources {
  readonly stdout: Socket;
  readonly stderr: Socket;
}

/**
 * Carries what the program writes to the caller, one chunk at a time and no faster than the caller takes it, and to the log. After
 * the exec has ended it reads on for the log alone, so that a server left in the background does not die of a closed pipe.
 */
export class OutputRelay {
  readonly #sources: OutputSources;
  readonly #log: OutputLogWriter;
  #onOutput: ExecIo['onOutput'] | undefined;
  #delivery: Promise<void> = Promise.resolve();
  #received = 0;
  #open = 2;
  #atEnd: (() => void) | undefined;

  /** @param onFailure called once when `onOutput` throws; nothing is delivered after that */
  constructor(
    sources: OutputSources,
    log: OutputLogWriter,
    onOutput: ExecIo['onOutput'],
    onFailure: (error: unknown) => void,
  ) {
    this.#sources = sources;
    this.#log = log;
    this.#onOutput = onOutput;
    for (const stream of ['stdout', 'stderr'] as const) {
      const source = sources[stream];
      source.on('data', (chunk: Buffer) => this.#take(stream, chunk, onFailure));
      source.on('error', () => {});
      source.once('close', () => {
        this.#open -= 1;
        if (this.#open > 0) return;
        this.#log.close();
        this.#atEnd?.();
      });
    }
  }

  /** Both streams have ended. */
  get ended(): boolean {
    return this.#open === 0;
  }

  /** Fulfilled when everything written so far has been delivered: both streams ended, or nothing more is in the pipes. */
  async drained(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#atEnd = resolve;
      if (this.#open === 0) resolve();
    });
    await Promise.race([ended, this.#quiet()]);
    await this.#delivery;
  }

  /** Delivers nothing more, but reads on. */
  detach(): void {
    this.#onOutput = undefined;
    for (const source of Object.values(this.#sources)) {
      source.resume();
      source.unref();
    }
  }

  close(): void {
    for (const source of Object.values(this.#sources)) source.destroy();
  }

  async #quiet(): Promise<void> {
    const start = this.#received;
    for (let seen = -1; seen !== this.#received && this.#received - start < MAX_DRAIN_BYTES; ) {
      seen = this.#received;
      await this.#delivery;
      await delay(QUIET_MS);
      // The event loop reads ready pipes between two turns: after this, what was in them has arrived, however late the timer was.
      await nextTurn();
      await nextTurn();
    }
  }

  #take(stream: OutputStream, chunk: Buffer, onFailure: (error: unknown) => void): void {
    this.#received += chunk.length;
    this.#log.append(stream, chunk);
    const source = this.#sources[stream];
    source.pause();
    if (this.#onOutput === undefined) {
      setTimeout(() => source.resume(), BACKGROUND_PAUSE_MS).unref();
      return;
    }
    this.#delivery = this.#delivery
      .then(() => this.#onOutput?.(stream, chunk))
      .catch((error: unknown) => {
        if (this.#onOutput === undefined) return;
        this.#onOutput = undefined;
        onFailure(error);
      })
      .then(() => {
        source.resume();
      });
  }
}
