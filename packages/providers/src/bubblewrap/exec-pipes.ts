import { chownSync, closeSync, constants, existsSync, openSync, unlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { ProviderError } from '../errors.js';
import { runOnHost } from '../host-command.js';

const BATCH = 8;
/** Output, error output and, where the standard input is a stream, that. */
export const PIPES_OF_AN_EXEC = 3;

/** One end for the program in the sandbox, to be closed here once it has been inherited, and one end for this process. */
export interface ExecPipe {
  readonly programFd: number;
  readonly socket: Socket;
}

/**
 * Makes the pipes of execs. They are FIFOs that belong to the sandbox's uid, because a program may open `/dev/stdout` or
 * `/dev/stdin` again by name: with the sockets that node:child_process makes, or with pipes of another uid, that fails.
 */
export class ExecPipes {
  readonly #directory: string;
  readonly #uid: number | undefined;
  #stock: string[] = [];
  #made = 0;
  #making: Promise<void> | undefined;

  /** @param uid owner on the host; undefined to leave them to this process's own uid */
  constructor(directory: string, uid: number | undefined) {
    this.#directory = directory;
    this.#uid = uid;
  }

  /** Makes sure that `count` pipes can be opened. @throws ProviderError `exec_failed`, `unavailable` */
  async reserve(count: number): Promise<void> {
    while (this.#stock.length < count) {
      this.#making ??= this.#make().finally(() => {
        this.#making = undefined;
      });
      await this.#making;
    }
  }

  /** A pipe that the program writes. */
  openOutput(): ExecPipe {
    return this.#open((path) => ({
      ours: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
      programs: openSync(path, constants.O_WRONLY),
      writable: false,
    }));
  }

  /**
   * A file, already without a name, that the program reads. A FIFO whose writer is done would block a program that opens
   * `/dev/stdin` again.
   */
  async openInputFile(data: Uint8Array): Promise<number> {
    const path = join(this.#directory, `input-${this.#made++}`);
    try {
      await writeFile(path, data, { mode: 0o600, flag: 'wx' });
      if (this.#uid !== undefined) chownSync(path, this.#uid, this.#uid);
      return openSync(path, constants.O_RDONLY);
    } finally {
      unlinkSync(path);
    }
  }

  /** A pipe that the program reads. */
  openInput(): ExecPipe {
    return this.#open((path) => ({
      programs: openSync(path, constants.O_RDONLY),
      ours: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK),
      writable: true,
    }));
  }

  #open(openEnds: (path: string) => { ours: number; programs: number; writable: boolean }): ExecPipe {
    const path = this.#stock.pop();
    if (path === undefined) throw new ProviderError('exec_failed', 'no pipe was reserved for this exec');
    // While this descriptor is open, opening either end alone neither blocks nor fails.
    const both = openSync(path, constants.O_RDWR);
    try {
      if (this.#uid !== undefined) chownSync(path, this.#uid, this.#uid);
      const { ours, programs, writable } = openEnds(path);
      return { programFd: programs, socket: new Socket({ fd: ours, readable: !writable, writable }) };
    } finally {
      closeSync(both);
      unlinkSync(path);
    }
  }

  async #make(): Promise<void> {
    const paths = Array.from({ length: BATCH }, () => join(this.#directory, String(this.#made++)));
    const { exitCode } = await runOnHost('mkfifo', ['-m', '600', ...paths]);
    if (exitCode !== 0) throw this.#notMade();
    this.#stock.push(...paths);
  }

  /** The directory goes with the sandbox, which may be destroyed while an exec begins. */
  #notMade(): ProviderError {
    return existsSync(this.#directory)
      ? new ProviderError('exec_failed', 'the pipes of an exec could not be made')
      : new ProviderError('unavailable', 'the sandbox was destroyed before the program could start');
  }
}
