import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ProviderError } from '../errors.js';
import { type ResolvedExec, resolveExec } from '../exec-request.js';
import { OutputLog, type OutputLogWriter } from '../output-log.js';
import type { ExecExit, ExecIo, ExecRequest } from '../provider.js';
import { type Engine, engineError, statusOf } from './engine.js';
import { runProgram } from './exec-programs.js';
import { DockerExecSession } from './exec-session.js';

const MAX_CONCURRENT_EXECS = 64;
const OOM_EVENT_MS = 300;
const OOM_POLL_MS = 50;
const KILLED = 137;

export interface DockerSandboxParts {
  readonly sandboxId: string;
  readonly engine: Engine;
  readonly containerId: string;
  /** Of the container, and of its volume. */
  readonly name: string;
  /** The keeper's input: the container lives while it is open. */
  readonly keeper: Duplex;
  onSandboxKilled(): void;
}

/** A container that runs, and the execs in it. */
export class DockerSandbox {
  readonly #parts: DockerSandboxParts;
  readonly #log = new OutputLog();
  readonly #sessions = new Set<DockerExecSession>();
  #running = true;
  #execs = 0;
  #ending = false;

  constructor(parts: DockerSandboxParts) {
    this.#parts = parts;
    parts.keeper.on('error', () => {});
    parts.keeper.once('close', () => {
      this.#running = false;
    });
    parts.keeper.resume();
  }

  get containerId(): string {
    return this.#parts.containerId;
  }

  get name(): string {
    return this.#parts.name;
  }

  get running(): boolean {
    return this.#running;
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
    if (io.signal?.aborted) return cancelledBeforeStart();
    if (this.#execs >= MAX_CONCURRENT_EXECS) {
      throw new ProviderError(
        'limit_exceeded',
        `a sandbox runs at most ${MAX_CONCURRENT_EXECS} execs at once`,
      );
    }
    this.#execs += 1;
    try {
      return await this.#run(exec, io, log ?? this.#log.writer());
    } finally {
      this.#execs -= 1;
      this.#prune();
    }
  }

  /** To be called before the container is removed: its execs end as cancelled. */
  end(): void {
    this.#ending = true;
    for (const session of this.#sessions) session.cancelWithSandbox();
  }

  /** To be called when the container is gone. */
  close(): void {
    this.#running = false;
    this.#parts.keeper.destroy();
    for (const session of this.#sessions) session.close();
  }

  async #run(exec: ResolvedExec, io: ExecIo, log: OutputLogWriter): Promise<ExecExit> {
    this.#requireRunning();
    const startedAt = new Date();
    const session = await this.#start(exec, io, log);
    if (session === undefined) return cancelledBeforeStart();
    try {
      const exit = await session.result(exec.timeoutMs, io.signal);
      return (await this.#ranOutOfMemory(exit, startedAt)) ? { ...exit, oomKilled: true } : exit;
    } catch (error) {
      // What looked like a failure of the exec may be the end of the sandbox under it.
      if (error instanceof ProviderError) this.#requireRunning();
      throw error;
    }
  }

  /** Undefined when the caller has cancelled it meanwhile. */
  async #start(exec: ResolvedExec, io: ExecIo, log: OutputLogWriter): Promise<DockerExecSession | undefined> {
    const { engine, containerId } = this.#parts;
    const onSandboxKilled = () => {
      this.#running = false;
      this.#parts.onSandboxKilled();
    };
    const execId = randomBytes(12).toString('hex');
    const withInput = exec.stdin !== undefined;
    let connection: Duplex;
    let engineExecId: string;
    try {
      engineExecId = await engine.createExec(containerId, runProgram(execId, exec), withInput);
      if (io.signal?.aborted) return undefined;
      connection = await engine.startExec(engineExecId, withInput);
    } catch (error) {
      this.#requireRunning();
      // 404, 409: the container is gone, has just ended, or was paused by somebody.
      const code = [404, 409].includes(statusOf(error) ?? 0) ? 'unavailable' : 'exec_failed';
      throw engineError(code, 'the program could not be started', error);
    }
    const parts = { engine, containerId, execId, engineExecId, connection, onSandboxKilled };
    const session = new DockerExecSession({ ...parts, stdin: exec.stdin, log }, io);
    this.#sessions.add(session);
    if (this.#ending) session.cancelWithSandbox();
    return session;
  }

  /** The engine tells of it apart from the exec, and a little later. */
  async #ranOutOfMemory(exit: ExecExit, startedAt: Date): Promise<boolean> {
    if (exit.exitCode === 0 || exit.timedOut || exit.cancelled) return false;
    const { engine, containerId } = this.#parts;
    const patienceMs = exit.exitCode === KILLED ? OOM_EVENT_MS : 0;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      if (await engine.hasRunOutOfMemory(containerId, startedAt).catch(() => false)) return true;
      if (performance.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, OOM_POLL_MS));
    }
  }

  #requireRunning(): void {
    if (this.#running && !this.#ending) return;
    throw new ProviderError(
      'unavailable',
      `sandbox ${this.#parts.sandboxId} has stopped; destroy it and spawn another`,
    );
  }

  #prune(): void {
    for (const session of this.#sessions) if (session.finished) this.#sessions.delete(session);
  }
}

function cancelledBeforeStart(): ExecExit {
  return { exitCode: KILLED, signal: 'SIGKILL', timedOut: false, cancelled: true, durationMs: 0 };
}
