import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { ProviderError } from '../errors.js';
import type { ResolvedExec } from '../exec-request.js';
import type { OutputLogWriter } from '../output-log.js';
import type { ExecExit, ExecIo } from '../provider.js';
import type { ExecCgroup } from './cgroups.js';
import { holdsWithin, settlesWithin } from './deadline.js';
import type { ExecPipe, ExecPipes } from './exec-pipes.js';
import {
  type EntryPlan,
  EXEC_MARKER,
  entryScript,
  SCRIPT_FD,
  STARTED,
  sandboxScript,
} from './exec-script.js';
import { startOnHost } from './host-command.js';
import { OutputRelay } from './output-relay.js';
import { findTree, killProcess, sendSignal } from './process-tree.js';
import { pumpStdin, type StdinPump } from './stdin-pump.js';

const KILL_TIMEOUT_MS = 10_000;
/** How long a killed exec waits for a caller that does not take its last output. */
const ABANDON_MS = 1_000;
/** About 30 ms of `holdsWithin`. */
const MAX_ROUNDS_ALONE = 5;

type EndReason = 'timeout' | 'cancel' | 'failure';
type Exit = readonly [code: number | null, signal: NodeJS.Signals | null];

/** One program in a sandbox, from its start until its pipes are closed. */
export class ExecSession {
  readonly #execId: string;
  readonly #cgroup: ExecCgroup | undefined;
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  readonly #messagesEnded: Promise<void>;
  readonly #relay: OutputRelay;
  readonly #stdin: StdinPump | undefined;
  readonly #startedAt = performance.now();
  #giveUp: (error: unknown) => void = () => {};
  readonly #unkillable = new Promise<never>((_, reject) => {
    this.#giveUp = reject;
  });
  #messages = '';
  #hasExited = false;
  #endReason: EndReason | undefined;
  #failure: { readonly error: unknown } | undefined;
  #killing: Promise<void> = Promise.resolve();
  #abandon: () => void = () => {};
  readonly #abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve;
  });

  private constructor(plan: ExecPlan, io: ExecIo) {
    this.#execId = plan.execId;
    this.#cgroup = plan.cgroup;
    const fail = (error: unknown) => {
      this.#failure ??= { error };
      this.#end('failure');
    };
    const stdout = plan.pipes.openOutput();
    const stderr = plan.pipes.openOutput();
    const marker = plan.cgroup === undefined ? plan.execId : undefined;
    this.#child = startChain(plan, stdout.programFd, stderr.programFd, marker);
    this.#exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        this.#hasExited = true;
        resolve([code, signal]);
      });
    });
    this.#exited.catch(() => {});
    this.#unkillable.catch(() => {});
    this.#messagesEnded = readMessages(this.#child, (text) => {
      this.#messages = (this.#messages + text).slice(0, 4096);
    });
    const script = this.#child.stdio[SCRIPT_FD] as Writable;
    script.on('error', () => {});
    script.end(sandboxScript(plan.exec, marker));
    this.#relay = new OutputRelay(
      { stdout: stdout.socket, stderr: stderr.socket },
      plan.log,
      (stream, chunk) => io.onOutput(stream, chunk),
      fail,
    );
    if (plan.input !== undefined && 'socket' in plan.input) {
      this.#stdin = pumpStdin(plan.input.source, plan.input.socket, fail);
    }
  }

  /** Starts the program. */
  static start(plan: ExecPlan, io: ExecIo): ExecSession {
    return new ExecSession(plan, io);
  }

  /**
   * Waits for the program's end, or brings it about.
   *
   * @throws ProviderError `exec_failed` or `limit_exceeded` when the program could not be started; or what the caller's side threw
   */
  async result(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<ExecExit> {
    const onAbort = () => this.#end('cancel');
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#end('timeout'), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      const [code, endSignal] = await Promise.race([this.#exited, this.#unkillable]);
      const durationMs = performance.now() - this.#startedAt;
      await this.#killing;
      await this.#deliverRest();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#endReason === undefined) await this.#requireStart();
      return {
        exitCode: code ?? 128 + constants.signals[endSignal ?? 'SIGKILL'],
        ...(endSignal === null ? {} : { signal: endSignal }),
        timedOut: this.#endReason === 'timeout',
        cancelled: this.#endReason === 'cancel',
        durationMs,
      };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#stdin?.stop();
      this.#relay.detach();
    }
  }

  /** Ends the exec as if the caller had cancelled it. */
  cancel(): void {
    this.#end('cancel');
  }

  /** Fulfilled when the host's side of the chain is gone. */
  async hostProcessEnded(): Promise<void> {
    await this.#exited.catch(() => {});
  }

  /** Closes the pipes that a background process may still hold. */
  close(): void {
    this.#relay.close();
  }

  /** True when no process of this exec is left, as far as can be seen. */
  isFinished(): boolean {
    return this.#hasExited && this.#relay.ended && (this.#cgroup?.tryRemove() ?? true);
  }

  #end(reason: EndReason): void {
    if (reason !== 'timeout') this.#abandon();
    if (this.#hasExited || this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#killing = this.#killTree();
    this.#killing.catch(this.#giveUp);
  }

  /**
   * Kills everything but the chain's first process, nsenter by then: it ends by itself when the program does. Killed before its
   * child it would leave that to the host's init, which in a container may never reap it, and then the sandbox could not end.
   */
  async #killTree(): Promise<void> {
    const root = this.#child.pid;
    if (root === undefined) return;
    this.#cgroup?.forbidForks();
    let roundsAlone = 0;
    const gone = await holdsWithin(KILL_TIMEOUT_MS, () => {
      const tree = this.#cgroup?.pids() ?? findTree(root, `${EXEC_MARKER}=${this.#execId}`);
      const others = tree.filter((pid) => pid !== root);
      for (const pid of others) killProcess(pid);
      if (others.length > 0) return false;
      if (this.#hasExited) return true;
      roundsAlone += 1;
      // It mirrors its child's stops too.
      sendSignal(root, 'SIGCONT');
      // Still on its way in, with no child yet.
      if (roundsAlone > MAX_ROUNDS_ALONE) killProcess(root);
      return false;
    });
    if (!gone) throw new ProviderError('exec_failed', 'the processes of the exec could not be killed');
  }

  async #deliverRest(): Promise<void> {
    const drained = this.#relay.drained();
    const impatient = this.#endReason === undefined ? this.#abandoned : Promise.resolve();
    await Promise.race([drained, impatient.then(() => settlesWithin(ABANDON_MS, drained))]);
  }

  /** A chain that broke before the program must not look like a program that failed. */
  async #requireStart(): Promise<void> {
    await settlesWithin(ABANDON_MS, this.#messagesEnded);
    if (this.#messages.includes(STARTED)) return;
    if (/Resource temporarily unavailable|[Cc]annot fork/.test(this.#messages)) {
      throw new ProviderError('limit_exceeded', 'the sandbox has reached its limit of processes');
    }
    const detail = this.#messages.trim().split('\n').at(-1)?.slice(0, 300) || 'it ended without a message';
    throw new ProviderError('exec_failed', `the sandbox could not be entered: ${detail}`);
  }
}

export interface ExecPlan {
  readonly execId: string;
  readonly exec: ResolvedExec;
  readonly entry: Omit<EntryPlan, 'cgroups'>;
  readonly cgroup: ExecCgroup | undefined;
  /** With two pipes reserved. */
  readonly pipes: ExecPipes;
  readonly input: ExecInput | undefined;
  readonly log: OutputLogWriter;
}

/** What the program reads: a file, or a pipe that is fed from a source. */
export type ExecInput =
  | { readonly programFd: number }
  | (ExecPipe & { readonly source: AsyncIterable<Uint8Array> });

function startChain(
  { entry, cgroup, input }: ExecPlan,
  stdoutFd: number,
  stderrFd: number,
  marker: string | undefined,
): ChildProcess {
  const script = entryScript({ ...entry, cgroups: cgroup?.procs ?? [] });
  const stdinFd = input?.programFd;
  try {
    return startOnHost(
      '/bin/sh',
      ['-c', script],
      [stdinFd ?? 'ignore', stdoutFd, 'pipe', 'pipe', 'ignore', stderrFd],
      marker === undefined ? {} : { [EXEC_MARKER]: marker },
    );
  } finally {
    for (const fd of [stdinFd, stdoutFd, stderrFd]) if (fd !== undefined) closeSync(fd);
  }
}

function readMessages(child: ChildProcess, onText: (text: string) => void): Promise<void> {
  const messages = child.stderr as Readable;
  messages.on('error', () => {});
  messages.setEncoding('utf8').on('data', onText);
  return new Promise((resolve) => messages.once('close', resolve));
}
