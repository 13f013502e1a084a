import { ProviderError } from '../errors.js';
import { type ResolvedExec, resolveExec } from '../exec-request.js';
import { OutputLog, type OutputLogWriter } from '../output-log.js';
import type { ExecExit, ExecIo, ExecRequest } from '../provider.js';
import type { SandboxCgroup } from './cgroups.js';
import { closeInput, type ExecInput, type ExecPlan } from './exec-chain.js';
import { type ExecPipes, PIPES_OF_AN_EXEC } from './exec-pipes.js';
import { ExecSession } from './exec-session.js';
import type { Privilege } from './privilege.js';
import type { SandboxProcess } from './sandbox-process.js';

const END_TIMEOUT_MS = 10_000;
const DEFAULT_KILL_TIMEOUT_MS = 10_000;
const MAX_CONCURRENT_EXECS = 64;
/**
 * Execs whose pipes are kept for programs in the background. One program can hold those of any number of execs open, and each costs the
 * worker two descriptors of the ones that all sandboxes share.
 */
const MAX_OPEN_LEFTOVERS = 128;

export interface SandboxParts {
  readonly sandboxId: string;
  readonly process: SandboxProcess;
  readonly pipes: ExecPipes;
  readonly cgroup: SandboxCgroup | undefined;
  readonly privilege: Privilege;
  readonly prlimit: readonly string[];
  /** How long the processes of an exec may take to die before the sandbox is ended for it. */
  readonly killTimeoutMs?: number | undefined;
}

/** A sandbox whose processes run, and the execs in it. */
export class BubblewrapSandbox {
  readonly #parts: SandboxParts;
  readonly #log = new OutputLog();
  readonly #sessions = new Set<ExecSession>();
  #running = 0;
  #execs = 0;
  #ending = false;

  constructor(parts: SandboxParts) {
    this.#parts = parts;
  }

  get running(): boolean {
    return this.#parts.process.running;
  }

  /** It was told to end. */
  get ending(): boolean {
    return this.#ending;
  }

  logs(lines: number): readonly string[] {
    return this.#log.tail(lines);
  }

  /**
   * @param log where the output goes besides the caller, the sandbox's own log when absent
   * @throws ProviderError `invalid_request`, `unavailable`, `limit_exceeded`, `exec_failed`; or what the caller's side threw
   */
  async exec(request: ExecRequest, io: ExecIo, log?: OutputLogWriter): Promise<ExecExit> {
    const exec = resolveExec(request);
    if (io.signal?.aborted) {
      return { exitCode: 137, signal: 'SIGKILL', timedOut: false, cancelled: true, durationMs: 0 };
    }
    if (this.#running >= MAX_CONCURRENT_EXECS) {
      throw new ProviderError(
        'limit_exceeded',
        `a sandbox runs at most ${MAX_CONCURRENT_EXECS} execs at once`,
      );
    }
    this.#running += 1;
    try {
      await this.#parts.pipes.reserve(PIPES_OF_AN_EXEC * this.#running);
      return await this.#run(exec, io, log ?? this.#log.writer());
    } finally {
      this.#running -= 1;
      this.#prune();
    }
  }

  /** Kills everything in the sandbox. Resolves to whether it is gone. */
  async end(): Promise<boolean> {
    this.#ending = true;
    for (const session of this.#sessions) session.cancel();
    const gone = await this.#parts.process.kill(END_TIMEOUT_MS);
    if (!gone) return false;
    for (const session of this.#sessions) {
      await session.hostProcessEnded();
      session.close();
    }
    return true;
  }

  async #run(exec: ResolvedExec, io: ExecIo, log: OutputLogWriter): Promise<ExecExit> {
    const { cgroup } = this.#parts;
    this.#requireEnterable();
    const execId = `exec-${this.#execs++}`;
    const oomKillsBefore = cgroup?.oomKills() ?? 0;
    const input = await this.#openInput(exec.stdin);
    const session = this.#start(exec, execId, input, io, log);
    this.#sessions.add(session);
    try {
      const exit = await session.result(exec.timeoutMs, io.signal);
      const killed = (cgroup?.oomKills() ?? 0) > oomKillsBefore;
      return killed ? { ...exit, oomKilled: true } : exit;
    } catch (error) {
      // An exec that outlives its limits would take them from every other: the kernel ends all of a sandbox at once.
      if (session.unkilled) await this.#parts.process.kill(END_TIMEOUT_MS);
      // What looked like a failure of the chain may be the end of the sandbox under it.
      if (error instanceof ProviderError && error.code === 'exec_failed') this.#requireEnterable();
      throw error;
    }
  }

  #start(
    exec: ResolvedExec,
    execId: string,
    input: ExecInput | undefined,
    io: ExecIo,
    log: OutputLogWriter,
  ): ExecSession {
    const { sandboxId, process, cgroup, privilege, prlimit } = this.#parts;
    let taken = false;
    try {
      this.#requireEnterable();
      const plan: ExecPlan = {
        execId: cgroup === undefined ? `${sandboxId}/${execId}` : execId,
        exec,
        entry: { privilege, initPid: process.init.pid, monitorPid: process.monitor.pid, prlimit },
        cgroup: cgroup?.createExec(execId),
        pipes: this.#parts.pipes,
        killTimeoutMs: this.#parts.killTimeoutMs ?? DEFAULT_KILL_TIMEOUT_MS,
        input,
        log,
      };
      taken = true;
      return ExecSession.start(plan, io);
    } catch (error) {
      if (!taken && input !== undefined) closeInput(input);
      if (error instanceof ProviderError) throw error;
      throw new ProviderError('exec_failed', 'the program could not be started on the host', {
        cause: error,
      });
    }
  }

  async #openInput(source: ResolvedExec['stdin']): Promise<ExecInput | undefined> {
    if (source === undefined) return undefined;
    if (!(source instanceof Uint8Array)) return { ...this.#parts.pipes.openInput(), source };
    try {
      return { programFd: await this.#parts.pipes.openInputFile(source) };
    } catch (error) {
      this.#requireEnterable();
      throw new ProviderError('exec_failed', 'the standard input could not be kept on the host', {
        cause: error,
      });
    }
  }

  #requireEnterable(): void {
    if (!this.#ending && this.#parts.process.canBeEntered()) return;
    throw new ProviderError(
      'unavailable',
      `sandbox ${this.#parts.sandboxId} has stopped; destroy it and spawn another`,
    );
  }

  #prune(): void {
    for (const session of this.#sessions) {
      if (!session.isFinished()) continue;
      session.close();
      this.#sessions.delete(session);
    }
    const leftOpen = [...this.#sessions].filter((session) => session.isLeftOpen);
    for (const oldest of leftOpen.slice(0, -MAX_OPEN_LEFTOVERS)) oldest.close();
  }
}
