import type { Agent } from 'node:http';
import { formatDuration } from '@stacyvm/duration';
import { isWorkerId } from '@stacyvm/token';
import type { ReserveAnswer } from './answer-room.js';
import { parseBaseUrl } from './base-url.js';
import { type CallSlots, createCallSlots } from './call-slots.js';
import { type Clock, systemClock } from './clock.js';
import { foreignPool } from './connection-pool.js';
import { WorkerRpcError } from './errors.js';
import { type ExecOutcome, type OutputListener, readExecStream } from './exec-stream-reader.js';
import { createFileClient, type RpcFileClient } from './files/file-client.js';
import { presentMembers } from './json-encoding.js';
import { parseLeaseReply } from './lease-renewal.js';
import type { LeaseToken } from './lease-token.js';
import { execParams, logsParams, sandboxParams, spawnParams } from './rpc-call-params.js';
import { openRpcConnections, type RpcClientTls } from './rpc-connections.js';
import { createCallProofs, type RpcCredential } from './rpc-credential.js';
import type {
  ExecExit,
  ExecRequest,
  LogsRequest,
  SandboxTarget,
  SpawnRequest,
  SpawnResult,
  StatusResult,
} from './rpc-messages.js';
import {
  checkExecResult,
  checkLogsResult,
  checkSpawnResult,
  checkStatusResult,
  protocolError,
} from './rpc-reply.js';
import { callUnary, callWith, type RpcTransportOptions } from './rpc-transport.js';
import type { RpcUrlPolicy } from './rpc-url-policy.js';
import type { Checked } from './schema-check.js';

/** Limits of the calls in milliseconds, from the beginning of a call to the end of its answer. */
export interface RpcClientTimeouts {
  readonly connectMs: number;
  readonly spawnMs: number;
  readonly destroyMs: number;
  readonly statusMs: number;
  readonly logsMs: number;
  /** Calls about files that transfer no content. */
  readonly fileMs: number;
  /** How long nothing may move while content is transferred, which has no other limit but its signal. */
  readonly fileStallMs: number;
  readonly renewLeaseMs: number;
  readonly shutdownMs: number;
  /** What an exec may take beyond its own timeout. An exec without a timeout has no limit but its signal. */
  readonly execMarginMs: number;
}

export const DEFAULT_RPC_TIMEOUTS: RpcClientTimeouts = {
  connectMs: 5_000,
  spawnMs: 120_000,
  destroyMs: 60_000,
  statusMs: 10_000,
  logsMs: 30_000,
  fileMs: 90_000,
  fileStallMs: 300_000,
  renewLeaseMs: 15_000,
  shutdownMs: 10_000,
  execMarginMs: 10_000,
};

export interface RpcClientOptions {
  readonly workerId: string;
  /** The worker's base URL, without `/rpc`: a credential is sent there, see `urlPolicy`. */
  readonly rpcUrl: string;
  readonly credential: RpcCredential;
  /** Calls by TLS alone, and a worker alone whose certificate names it. */
  readonly tls?: RpcClientTls | undefined;
  /** Where workers may be called, by default anywhere. */
  readonly urlPolicy?: RpcUrlPolicy | undefined;
  /** Replaces the client's own pool of kept connections, with `tls` and the look-up; the caller closes it. */
  readonly agent?: Agent | undefined;
  readonly timeouts?: Partial<RpcClientTimeouts> | undefined;
  /**
   * How many calls are under way at once, each on a connection of its own; by default 256 of each kind. What is beyond is refused at
   * once as `worker_busy`. Clients of the same worker may share them.
   */
  readonly slots?: CallSlots | undefined;
  readonly clock?: Clock | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asked before a long answer in one piece is read; without room the call fails as `answers_busy`. */
  readonly reserve?: ReserveAnswer | undefined;
}

/** The output of a program that has ended. */
export interface ExecResult extends ExecExit {
  readonly stdout: string;
  readonly stderr: string;
  /** Output beyond the worker's limit was dropped. */
  readonly truncated: boolean;
}

/** The control plane's side of the RPC, for one worker. Every method throws `WorkerRpcError`. */
export interface RpcClient {
  readonly workerId: string;
  spawn(request: SpawnRequest, lease: LeaseToken, options?: CallOptions): Promise<SpawnResult>;
  destroy(target: SandboxTarget, lease: LeaseToken, options?: CallOptions): Promise<void>;
  status(target: SandboxTarget, options?: CallOptions): Promise<StatusResult>;
  exec(request: ExecRequest, options?: CallOptions): Promise<ExecResult>;
  /**
   * Runs a program and hands its output to `onOutput` while it runs. A promise of `onOutput` is awaited, and so slows
   * the program down; what it throws ends the call and is passed on. The outcome has no exit code when the worker is of
   * a kind that never tells one.
   */
  execStream(
    request: ExecRequest,
    options: CallOptions & { readonly onOutput: OutputListener },
  ): Promise<ExecOutcome>;
  readonly files: RpcFileClient;
  logs(request: LogsRequest, options?: CallOptions): Promise<readonly string[]>;
  /** Has a lease of the worker renewed from its end to `ttlMs` from now, and tells the new one. */
  renewLease(lease: LeaseToken, ttlMs: number, options?: CallOptions): Promise<LeaseToken>;
  shutdown(options?: CallOptions): Promise<void>;
  /** Closes the kept connections. Calls that are under way fail. */
  close(): void;
}

/**
 * Creates the client of one worker. It keeps connections, signs a token for each call, compares the ids of answers and
 * follows no redirect.
 *
 * @throws WorkerRpcError `invalid_configuration`
 */
export function createRpcClient(options: RpcClientOptions): RpcClient {
  const { workerId, clock = systemClock, slots = createCallSlots() } = options;
  const baseUrl = parseBaseUrl(options.rpcUrl);
  if (baseUrl === undefined) {
    throw new WorkerRpcError(
      'invalid_configuration',
      'the RPC URL of the worker must be http://host:port or https://host:port',
      { outcome: 'not_executed' },
    );
  }
  if (!isWorkerId(workerId) || !isHeaderText(options.credential)) {
    throw new WorkerRpcError(
      'invalid_configuration',
      'the worker id or the static token of the worker cannot be sent',
      { outcome: 'not_executed' },
    );
  }
  const timeouts = { ...DEFAULT_RPC_TIMEOUTS, ...options.timeouts };
  const url = new URL(`${baseUrl}/rpc`);
  const { agent, tls, urlPolicy } = options;
  const pool =
    agent === undefined ? openRpcConnections({ workerId, url, tls, urlPolicy }) : foreignPool(agent);
  const transport: RpcTransportOptions = {
    workerId,
    url,
    proofs: createCallProofs(
      options.credential,
      workerId,
      clock,
      agent === undefined ? boundTo(tls) : undefined,
    ),
    pool,
    connectTimeoutMs: timeouts.connectMs,
    slots,
  };

  const execTimeout = (request: ExecRequest): number | undefined =>
    request.timeoutMs ? request.timeoutMs + timeouts.execMarginMs : undefined;

  return {
    workerId,
    async spawn(request, lease, { signal } = {}) {
      const params = spawnParams(request);
      const call = { method: 'worker.spawn', params, lease, timeoutMs: timeouts.spawnMs, signal } as const;
      const wire = resultOf(checkSpawnResult, await callUnary(transport, call));
      return {
        runtimeId: wire.runtime_id || undefined,
        provider: wire.provider || (request.provider ?? ''),
        metadata: wire.metadata,
      };
    },
    async destroy(target, lease, { signal } = {}) {
      const params = sandboxParams(target);
      const call = {
        method: 'worker.destroy',
        params,
        lease,
        timeoutMs: timeouts.destroyMs,
        signal,
      } as const;
      await callUnary(transport, call);
    },
    async status(target, { signal } = {}) {
      const params = sandboxParams(target);
      const call = { method: 'worker.status', params, timeoutMs: timeouts.statusMs, signal } as const;
      const wire = resultOf(checkStatusResult, await callUnary(transport, call));
      return {
        state: wire.state ?? '',
        provider: wire.provider ?? '',
        error: wire.error || undefined,
      };
    },
    async exec(request, { signal, reserve } = {}) {
      const params = execParams(request);
      const timeoutMs = execTimeout(request);
      const call = { method: 'worker.exec', params, timeoutMs, signal, reserve } as const;
      const startedAt = clock().getTime();
      const wire = resultOf(checkExecResult, await callUnary(transport, call));
      return {
        exitCode: wire.exit_code,
        stdout: wire.stdout ?? '',
        stderr: wire.stderr ?? '',
        truncated: wire.truncated ?? false,
        timedOut: wire.timed_out ?? false,
        durationMs: wire.duration_ms ?? clock().getTime() - startedAt,
      };
    },
    execStream(request, { signal, onOutput }) {
      const params = execParams(request);
      const call = {
        method: 'worker.exec_stream',
        params,
        timeoutMs: execTimeout(request),
        signal,
        headers: { accept: 'application/x-ndjson', 'x-worker-stream': 'ndjson', 'x-worker-stream-exit': '1' },
      } as const;
      return callWith(transport, call, (response, expected) => readExecStream(response, expected, onOutput));
    },
    files: createFileClient(transport, timeouts),
    async logs(request, { signal, reserve } = {}) {
      const params = logsParams(request);
      const call = { method: 'worker.logs', params, timeoutMs: timeouts.logsMs, signal, reserve } as const;
      return resultOf(checkLogsResult, await callUnary(transport, call)).lines ?? [];
    },
    async renewLease(lease, ttlMs, { signal } = {}) {
      const params = { resource_id: lease.resourceId, ttl: formatDuration(ttlMs) };
      const method = 'worker.renew_lease';
      const call = { method, params, lease, timeoutMs: timeouts.renewLeaseMs, signal } as const;
      return resultOf(parseLeaseReply, await callUnary(transport, call));
    },
    async shutdown({ signal } = {}) {
      await callUnary(transport, { method: 'worker.shutdown', timeoutMs: timeouts.shutdownMs, signal });
    },
    close() {
      pool.close();
    },
  };
}

/** Asked in the same moment as the pool: the token is bound to the certificate of the connection that it goes by. */
function boundTo(tls: RpcClientTls | undefined): (() => string | undefined) | undefined {
  if (tls === undefined) return undefined;
  const { credentials, bindTokens = () => true } = tls;
  return () => (bindTokens() ? credentials.current().thumbprint : undefined);
}

function isHeaderText(credential: RpcCredential): boolean {
  return credential.kind === 'signed' || /^[!-~]+$/.test(credential.token);
}

function resultOf<T>(check: (value: unknown) => Checked<T>, result: unknown): T {
  const checked = check(presentMembers(result) ?? result);
  if (!checked.ok) throw protocolError(`the result of the worker is not usable: ${checked.problem}`, 200);
  return checked.value;
}
