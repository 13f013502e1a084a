import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { holdsWithin, settlesWithin } from '../deadline.js';
import { ProviderError } from '../errors.js';
import type { ExecExit, ExecIo } from '../provider.js';
import { pumpStdin, type StdinPump } from '../stdin-pump.js';
import type { ExecCgroup } from './cgroups.js';
import { ExecChain, type ExecPlan } from './exec-chain.js';
import { EXEC_MARKER } from './exec-script.js';
import { OutputRelay } from './output-relay.js';
import { findTree, freezeTree, isZombie, killProcess, sendSignal } from './process-tree.js';

/** How long a killed exec waits for a caller that does not take its last output. */
const ABANDON_MS = 1_000;
/** About 30 ms of `holdsWithin`. */
const MAX_ROUNDS_ALONE = 5;
/** A killed process counts against the sandbox's limit until its init has reaped it. */
const REAP_TIMEOUT_MS = 1_000;
/** Most programs are gone by then; what is not may make new processes as fast as they are killed. */
const ROUNDS_BEFORE_FREEZING = 2;

const KILLED = { exitCode: 137, signal: 'SIGKILL' } as const;

type EndReason = 'timeout' | 'cancel' | 'failure';

/** One program in a sandbox, from its start until its pipes are closed. */
export class ExecSession {
  readonly #execId: string;
  readonly #cgroup: ExecCgroup | undefined;
  readonly #killTimeoutMs: number;
  readonly #chain: ExecChain;
  readonly #relay: OutputRelay;
  readonly #stdin: StdinPump | undefined;
  readonly #startedAt = performance.now();
  #giveUp: (error: unknown) => void = () => {};
  readonly #unkillable = new Promise<never>((_, reject) => {
    this.#giveUp = reject;
  });
  #endReason: EndReason | undefined;
  #failure: { readonly error: unknown } | undefined;
  #unkilled = false;
  #delivered = false;
  #killing: Promise<void> = Promise.resolve();
  #abandon: () => void = () => {};
  readonly #abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve;
  });

  private constructor(plan: ExecPlan, io: ExecIo) {
    this.#execId = plan.execId;
    this.#cgroup = plan.cgroup;
    this.#killTimeoutMs = plan.killTimeoutMs;
    const fail = (error: unknown) => {
      this.#failure ??= { error };
      this.#end('failure');
    };
    const stdout = plan.pipes.openOutput();
    const stderr = plan.pipes.openOutput();
    const marker = plan.cgroup === undefined ? plan.execId : undefined;
    try {
      this.#chain = ExecChain.start(plan, { stdoutFd: stdout.programFd, stderrFd: stderr.programFd }, marker);
    } catch (error) {
      stdout.socket.destroy();
      stderr.socket.destroy();
      throw error;
    } finally {
      closeSync(stdout.programFd);
      closeSync(stderr.programFd);
    }
    this.#unkillable.catch(() => {});
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
    try {
      return new ExecSession(plan, io);
    } finally {
      if (plan.input !== undefined) closeSync(plan.input.programFd);
    }
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
      const [code, endSignal] = await Promise.race([this.#chain.exited, this.#unkillable]);
      const durationMs = performance.now() - this.#startedAt;
      await this.#killing;
      await this.#deliverRest();
      if (this.#failure !== undefined) throw this.#failure.error;
      const timedOut = this.#endReason === 'timeout';
      const cancelled = this.#endReason === 'cancel';
      // Whatever the chain ends with where it is killed on its way in, before it is the program.
      if (timedOut || cancelled) return { ...KILLED, timedOut, cancelled, durationMs };
      const startFailure = await this.#chain.startFailure();
      if (startFailure !== undefined) throw startFailure;
      return {
        exitCode: code ?? 128 + constants.signals[endSignal ?? 'SIGKILL'],
        ...(endSignal === null ? {} : { signal: endSignal }),
        timedOut,
        cancelled,
        durationMs,
      };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#stdin?.stop();
      this.#relay.detach();
      this.#delivered = true;
    }
  }

  /** Ends the exec as if the caller had cancelled it. */
  cancel(): void {
    this.#end('cancel');
  }

  /** Fulfilled when the host's side of the chain is gone. */
  async hostProcessEnded(): Promise<void> {
    await this.#chain.exited.catch(() => {});
  }

  /** Closes the pipes that a background process may still hold. */
  close(): void {
    this.#relay.close();
  }

  /** Processes of this exec live on although everything was tried: only the end of the sandbox ends them. */
  get unkilled(): boolean {
    return this.#unkilled;
  }

  /** The caller has all that it gets, and what runs on in the background still has the pipes open. */
  get isLeftOpen(): boolean {
    return this.#delivered && !this.#relay.ended;
  }

  /** True when no process of this exec is left, as far as can be seen. */
  isFinished(): boolean {
    return this.#chain.hasExited && this.#relay.ended && (this.#cgroup?.tryRemove() ?? true);
  }

  #end(reason: EndReason): void {
    if (reason !== 'timeout') this.#abandon();
    if (this.#chain.hasExited || this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#killing = this.#killTree();
    this.#killing.catch(this.#giveUp);
  }

  /**
   * Kills everything but the chain's first process, nsenter by then: it ends by itself when the program does. Killed before its
   * child it would leave that to the host's init, which in a container may never reap it, and then the sandbox could not end.
   */
  async #killTree(): Promise<void> {
    const root = this.#chain.pid;
    if (root === undefined) return;
    this.#cgroup?.forbidForks();
    const findOthers = async () => {
      const tree = this.#cgroup?.pids() ?? (await findTree(root, `${EXEC_MARKER}=${this.#execId}`));
      return tree.filter((pid) => pid !== root);
    };
    let rounds = 0;
    let roundsAlone = 0;
    const killed = new Set<number>();
    const gone = await holdsWithin(this.#killTimeoutMs, async () => {
      rounds += 1;
      const others = rounds > ROUNDS_BEFORE_FREEZING ? await freezeTree(findOthers) : await findOthers();
      for (const pid of others) {
        killProcess(pid);
        killed.add(pid);
      }
      if (others.length > 0) return false;
      if (this.#chain.hasExited) return true;
      roundsAlone += 1;
      // It mirrors its child's stops too.
      sendSignal(root, 'SIGCONT');
      // Still on its way in, with no child yet.
      if (roundsAlone > MAX_ROUNDS_ALONE) killProcess(root);
      return false;
    });
    if (gone) {
      await holdsWithin(REAP_TIMEOUT_MS, () => ![...killed].some(isZombie));
      return;
    }
    this.#unkilled = true;
    throw new ProviderError('exec_failed', 'the processes of the exec could not be killed');
  }

  async #deliverRest(): Promise<void> {
    const drained = this.#relay.drained();
    const impatient = this.#endReason === undefined ? this.#abandoned : Promise.resolve();
    await Promise.race([drained, impatient.then(() => settlesWithin(ABANDON_MS, drained))]);
  }
}
