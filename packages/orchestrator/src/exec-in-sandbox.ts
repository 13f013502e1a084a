import type { ExecOutcome, SandboxRecord, Store } from '@stacyvm/store';
import type { ReserveAnswer, ExecRequest as WorkerExecRequest, WorkerRpcError } from '@stacyvm/worker-rpc';
import { OrchestratorError } from './errors.js';
import {
  checkExecRequest,
  type ExecLimits,
  type ExecRequest,
  limitExecTimeout,
  type ResolvedExec,
} from './exec-request.js';
import type { Clock, Logger } from './host.js';
import { type LiveSandbox, targetOf } from './live-sandbox.js';
import type { Quotas } from './quotas.js';
import { fromWorkerFailure, isNotFound, isSilence } from './worker-failure.js';

export interface ExecInSandboxOptions {
  readonly store: Store;
  readonly live: LiveSandbox;
  readonly limits: ExecLimits;
  readonly quotas: Pick<Quotas, 'timeLimits'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface ExecContext {
  readonly requestId: string;
  readonly signal?: AbortSignal | undefined;
  /** Asked before a long answer of a worker is read. */
  readonly reserve?: ReserveAnswer | undefined;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  readonly truncated: boolean;
}

export interface ExecOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly data: string;
}

export interface ExecEnd {
  readonly exitCode: number;
  readonly durationMs: number;
}

export interface ExecInSandbox {
  /**
   * Runs a program to its end.
   *
   * @throws OrchestratorError, `exec_timeout` among others; `answers_busy` when it has ended, and there was no room for its output
   */
  run(id: string, request: ExecRequest, context: ExecContext): Promise<ExecResult>;
  /**
   * Runs a program and hands out its output while it runs.
   *
   * @param onStart is called once, when the request is accepted and before any output
   * @param onOutput is awaited, so a slow reader slows the program down
   */
  stream(
    id: string,
    request: ExecRequest,
    context: ExecContext,
    handlers: {
      readonly onStart: () => void;
      readonly onOutput: (output: ExecOutput) => void | Promise<void>;
    },
  ): Promise<ExecEnd>;
}

export function createExecInSandbox({
  store,
  live,
  limits,
  quotas,
  logger,
  clock,
}: ExecInSandboxOptions): ExecInSandbox {
  return {
    run: (id, request, context) =>
      recorded(id, request, context, async (exec, { sandbox, client }) => {
        const result = await client.exec(programOf(sandbox, exec), {
          ...signalOf(context),
          reserve: context.reserve,
        });
        if (result.timedOut) throw execTimeout(id);
        return {
          exitCode: result.exitCode,
          stdout: result.stdout,
          stderr: result.stderr,
          truncated: result.truncated,
        };
      }),

    stream: (id, request, context, { onStart, onOutput }) =>
      recorded(id, request, context, async (exec, { sandbox, client }) => {
        onStart();
        const exit = await client.execStream(programOf(sandbox, exec), {
          onOutput: (stream, data) => onOutput({ stream, data }),
          ...signalOf(context),
        });
        if (exit.timedOut) throw execTimeout(id);
        // A reference worker ends its streams without an exit code; the end of the stream is all it says.
        return { exitCode: exit.exitCode ?? 0 };
      }),
  };

  async function recorded<T extends { readonly exitCode: number }>(
    id: string,
    request: ExecRequest,
    context: ExecContext,
    work: (exec: ResolvedExec, target: Awaited<ReturnType<LiveSandbox['require']>>) => Promise<T>,
  ): Promise<T & { readonly durationMs: number }> {
    const checked = checkExecRequest(request);
    const target = await live.require(id);
    const { execTimeout: longest } = await quotas.timeLimits(target.sandbox);
    const exec = limitExecTimeout(checked, limits.defaultTimeoutMs, longest);
    const startedAt = clock();
    let outcome: ExecOutcome = 'failed';
    let exitCode: number | undefined;
    try {
      const result = await work(exec, target);
      outcome = 'completed';
      exitCode = result.exitCode;
      return { ...result, durationMs: elapsedMs(startedAt) };
    } catch (error) {
      const failure = fromWorkerFailure(error, target.sandbox.workerId, id);
      outcome = outcomeOf(failure);
      if (isSilence(error)) await live.suspect(target.sandbox, `worker_${(error as WorkerRpcError).code}`);
      else if (isNotFound(error)) await live.suspect(target.sandbox, 'runtime_missing');
      throw failure;
    } finally {
      await record({ id, exec, context, startedAt, outcome, exitCode });
    }
  }

  function elapsedMs(since: Date): number {
    return Math.max(clock().getTime() - since.getTime(), 0);
  }

  async function record(run: {
    readonly id: string;
    readonly exec: ResolvedExec;
    readonly context: ExecContext;
    readonly startedAt: Date;
    readonly outcome: ExecOutcome;
    readonly exitCode: number | undefined;
  }): Promise<void> {
    try {
      await store.execLogs.append({
        sandboxId: run.id,
        command: [run.exec.command, ...(run.exec.args ?? [])].join(' '),
        mode: run.exec.mode ?? 'shell',
        outcome: run.outcome,
        durationMs: elapsedMs(run.startedAt),
        startedAt: run.startedAt,
        requestId: run.context.requestId,
        exitCode: run.exitCode ?? null,
      });
    } catch (error) {
      // The program has run: that its record is lost must not turn its result into a failure.
      logger.error('exec log not written', { sandbox_id: run.id, request_id: run.context.requestId, error });
    }
  }
}

function execTimeout(id: string): OrchestratorError {
  return new OrchestratorError('exec_timeout', `exec timeout: ${id}`);
}

function outcomeOf(failure: Error): ExecOutcome {
  if (!(failure instanceof OrchestratorError)) return 'failed';
  if (failure.code === 'exec_timeout') return 'timeout';
  return failure.code === 'cancelled' ? 'cancelled' : 'failed';
}

function signalOf({ signal }: ExecContext): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function programOf(sandbox: SandboxRecord, exec: ResolvedExec): WorkerExecRequest {
  return { ...exec, ...targetOf(sandbox) };
}
