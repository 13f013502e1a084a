import type { RpcFileMethods } from './files/file-calls.js';
import type { LeaseToken } from './lease-token.js';
import type { ExecExit, OutputStream, SpawnResult, StatusResult } from './rpc-messages.js';
import type { ExecParams, LogsParams, RenewLeaseParams, SandboxParams, SpawnParams } from './rpc-params.js';
import type { WorkerCredential } from './worker-authenticator.js';

/** What a method knows about the call it serves. */
export interface RpcContext {
  /** The id of the request; unique as far as the caller is honest. */
  readonly requestId: string;
  readonly credential: WorkerCredential;
  /** Fires when the caller has gone away, or when its credential was revoked while the call was under way. */
  readonly signal: AbortSignal;
}

/** The context of a method that needs a lease. The lease has been checked, and its generation remembered. */
export interface LeasedRpcContext extends RpcContext {
  readonly lease: LeaseToken;
}

export interface ExecContext extends RpcContext {
  /**
   * Takes output as it comes. Wait for the promise before the next chunk: that is how a slow reader slows the program
   * down. It never rejects; when the caller is gone, output is dropped and `signal` fires.
   */
  onOutput(stream: OutputStream, chunk: Uint8Array): Promise<void>;
}

/**
 * What a worker does. Every method may throw `RpcMethodError`; whatever else it throws is logged and answered with
 * 500 and no detail.
 */
export interface RpcMethods {
  /** Idempotent by sandbox id. */
  spawn(params: SpawnParams, context: LeasedRpcContext): Promise<SpawnResult>;
  /** A sandbox that is not there counts as destroyed. */
  destroy(params: SandboxParams, context: LeasedRpcContext): Promise<void>;
  status(params: SandboxParams, context: RpcContext): Promise<StatusResult>;
  /** Serves `worker.exec` and `worker.exec_stream`; resolves when the program has ended, by itself or by its timeout. */
  exec(params: ExecParams, context: ExecContext): Promise<ExecExit>;
  /** Where a worker has none, their methods are answered with 501. */
  readonly files?: RpcFileMethods;
  /** The last lines of output, oldest first. */
  logs(params: LogsParams, context: RpcContext): Promise<readonly string[]>;
  /**
   * Has a lease of this worker renewed by the control plane, and tells the new one. Where a worker cannot, the method is answered
   * with 503.
   */
  renewLease?(params: RenewLeaseParams, context: LeasedRpcContext): Promise<LeaseToken>;
  /** From now on no sandbox is accepted any more. */
  shutdown(context: RpcContext): Promise<void>;
}
