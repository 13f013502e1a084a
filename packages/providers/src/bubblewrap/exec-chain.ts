import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { settlesWithin } from '../deadline.js';
import { ProviderError } from '../errors.js';
import type { ResolvedExec } from '../exec-request.js';
import { startOnHost } from '../host-command.js';
import type { OutputLogWriter } from '../output-log.js';
import type { ExecCgroup } from './cgroups.js';
import type { ExecPipe, ExecPipes } from './exec-pipes.js';
import {
  type EntryPlan,
  EXEC_MARKER,
  entryScript,
  SCRIPT_FD,
  STARTED,
  sandboxScript,
} from './exec-script.js';

export interface ExecPlan {
  readonly execId: string;
  readonly exec: ResolvedExec;
  readonly entry: Omit<EntryPlan, 'cgroups'>;
  readonly cgroup: ExecCgroup | undefined;
  /** With two pipes reserved. */
  readonly pipes: ExecPipes;
  readonly killTimeoutMs: number;
  readonly input: ExecInput | undefined;
  readonly log: OutputLogWriter;
}

/** What the program reads: a file, or a pipe that is fed from a source. */
export type ExecInput =
  | { readonly programFd: number }
  | (ExecPipe & { readonly source: AsyncIterable<Uint8Array> });

/** For an input that no session has taken over. */
export function closeInput(input: ExecInput): void {
  closeSync(input.programFd);
  if ('socket' in input) input.socket.destroy();
}

export type ChainExit = readonly [code: number | null, signal: NodeJS.Signals | null];

const MESSAGES_TIMEOUT_MS = 1_000;

/** The host's side of an exec: a shell that becomes nsenter, which waits for the program and ends as the program did. */
export class ExecChain {
  readonly exited: Promise<ChainExit>;
  readonly #child: ChildProcess;
  readonly #messagesEnded: Promise<void>;
  #messages = '';
  #hasExited = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((resolve, reject) => {
      child.once('error', (cause) => {
        this.#hasExited = true;
        reject(new ProviderError('exec_failed', 'the program could not be started on the host', { cause }));
      });
      child.once('exit', (code, signal) => {
        this.#hasExited = true;
        resolve([code, signal]);
      });
    });
    this.exited.catch(() => {});
    this.#messagesEnded = new Promise((resolve) => child.stderr?.once('close', resolve));
    child.stderr?.on('error', () => {});
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#messages = (this.#messages + text).slice(0, 4096);
    });
  }

  /** @param marker for the environment, where no cgroup holds the exec's processes together */
  static start(
    plan: ExecPlan,
    output: { stdoutFd: number; stderrFd: number },
    marker: string | undefined,
  ): ExecChain {
    const child = startOnHost(
      '/bin/sh',
      ['-c', entryScript({ ...plan.entry, cgroups: plan.cgroup?.procs ?? [] })],
      [plan.input?.programFd ?? 'ignore', output.stdoutFd, 'pipe', 'pipe', 'ignore', output.stderrFd],
      marker === undefined ? {} : { [EXEC_MARKER]: marker },
    );
    const script = child.stdio[SCRIPT_FD] as Writable;
    // A chain that breaks early does not read it; its own message says more than the broken pipe.
    script.on('error', () => {});
    script.end(sandboxScript(plan.exec, marker));
    return new ExecChain(child);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /**
   * After its end: why the program could not be started, or undefined when it was. A chain that broke must not look like a program
   * that failed.
   */
  async startFailure(): Promise<ProviderError | undefined> {
    await settlesWithin(MESSAGES_TIMEOUT_MS, this.#messagesEnded);
    if (this.#messages.includes(STARTED)) return undefined;
    if (/Resource temporarily unavailable|[Cc]annot fork/.test(this.#messages)) {
      return new ProviderError('limit_exceeded', 'the sandbox has reached its limit of processes');
    }
    const lastLine = this.#messages.trim().split('\n').at(-1) ?? '';
    // A program of the sandbox may have got hold of the descriptor, so this is its text as well.
    const detail = lastLine.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 300) || 'it ended without a message';
    return new ProviderError('exec_failed', `the sandbox could not be entered: ${detail}`);
  }
}
