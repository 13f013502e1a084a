import type { LeaseTokenWire } from './lease-token.js';

/** A request on the wire (worker protocol 4.7). */
export interface RpcRequestWire {
  readonly id: string;
  readonly method: string;
  readonly worker_id: string;
  readonly lease?: LeaseTokenWire;
  readonly params?: unknown;
}

/** An answer on the wire. `reason` is there beside `error`; a reference peer neither sends nor reads it. */
export interface RpcResponseWire {
  readonly id: string;
  readonly worker_id: string;
  readonly error?: string;
  readonly reason?: string;
  readonly result?: unknown;
}

export interface SpawnParamsWire {
  readonly sandbox_id: string;
  readonly image?: string;
  readonly provider?: string;
  readonly memory_mb?: number;
  readonly vcpus?: number;
  readonly owner_id?: string;
  readonly ttl?: string;
  readonly network_mode?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface SandboxParamsWire {
  readonly sandbox_id: string;
  readonly provider?: string;
  readonly runtime_id?: string;
}

export interface LogsParamsWire extends SandboxParamsWire {
  readonly lines?: number;
}

export interface RenewLeaseParamsWire {
  readonly resource_id: string;
  readonly ttl: string;
}

export interface ExecParamsWire extends SandboxParamsWire {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly mode?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workdir?: string;
  readonly timeout?: string;
  /** Base64. */
  readonly stdin?: string;
}

export interface SpawnResultWire {
  readonly sandbox_id: string;
  readonly runtime_id?: string;
  readonly state: string;
  readonly provider: string;
  readonly worker_id: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StatusResultWire {
  readonly sandbox_id: string;
  readonly state: string;
  readonly provider: string;
  readonly worker_id: string;
  readonly error?: string;
}

export interface ExecResultWire {
  readonly sandbox_id: string;
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated?: true;
  readonly timed_out?: boolean;
  readonly duration_ms?: number;
}

export interface LogsResultWire {
  readonly sandbox_id: string;
  readonly lines: readonly string[];
}

export interface ExecExitWire {
  readonly exit_code: number;
  readonly timed_out: boolean;
  readonly duration_ms: number;
}

/** One piece of output, or the end of it. */
export type ExecStreamResultWire =
  | { readonly stream: OutputStream; readonly data: string }
  | { readonly exit: ExecExitWire };

export type OutputStream = 'stdout' | 'stderr';
export type ExecMode = 'shell' | 'argv';

/** Names a sandbox on a worker. */
export interface SandboxTarget {
  readonly sandboxId: string;
  /** Empty or absent: the worker's default provider. */
  readonly provider?: string | undefined;
  /** Empty or absent: the sandbox id. */
  readonly runtimeId?: string | undefined;
}

export interface SpawnRequest {
  readonly sandboxId: string;
  readonly image: string;
  readonly provider?: string | undefined;
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly ownerId?: string | undefined;
  readonly ttlMs?: number | undefined;
  /** Empty or absent: the one that the provider is set up with. A worker of the reference protocol does not know of it. */
  readonly networkMode?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface LogsRequest extends SandboxTarget {
  /** Absent or 0: as many as the worker keeps. */
  readonly lines?: number | undefined;
}

export interface ExecRequest extends SandboxTarget {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** By default `shell`. */
  readonly mode?: ExecMode | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly workdir?: string | undefined;
  /** Absent or 0: no limit by the worker. */
  readonly timeoutMs?: number | undefined;
  readonly stdin?: Uint8Array | undefined;
}

export interface SpawnResult {
  readonly runtimeId?: string | undefined;
  /** The provider that runs the sandbox. */
  readonly provider: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface StatusResult {
  /** The provider's own word, such as `running` or `stopped`. */
  readonly state: string;
  readonly provider: string;
  readonly error?: string | undefined;
}

/** The end of a program. */
export interface ExecExit {
  readonly exitCode: number;
  readonly timedOut: boolean;
  readonly durationMs: number;
}
