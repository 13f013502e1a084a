import type { SandboxFiles } from './files/sandbox-files.js';

/** What to start. */
export interface SandboxSpec {
  /** 1 to 64 of `a-z`, `0-9` and `-`, beginning with a letter or digit. */
  readonly sandboxId: string;
  /** One of the provider's images. */
  readonly image: string;
  /** Memory of the whole sandbox in MiB, a whole number from 16. */
  readonly memoryMb: number;
  /** Processors of the whole sandbox; fractions are allowed. */
  readonly vcpus: number;
  /** `none`, or a name of `networks()`. Absent: the one that the provider is set up with. */
  readonly network?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A sandbox as the provider knows it. `stopped`: its processes are gone, its directory is there until it is destroyed. */
export interface SandboxRuntime {
  readonly sandboxId: string;
  readonly runtimeId: string;
  readonly state: 'running' | 'stopped';
  readonly provider: string;
  readonly image: string;
  readonly createdAt: Date;
}

/** `shell` runs `sh -c "<command> 'arg' …"`; `argv` runs the command itself with its arguments. Worker protocol section 4.8. */
export type ExecMode = 'shell' | 'argv';

/** A program to run inside a sandbox. */
export interface ExecRequest {
  readonly command: string;
  readonly args?: readonly string[];
  /** Default `shell`. */
  readonly mode?: ExecMode;
  /** Added to (and winning over) the sandbox's own PATH, HOME, USER and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default `/workspace`; a relative path starts there. */
  readonly workdir?: string;
  readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Milliseconds after which the exec's process tree is killed; absent, 0 or negative is no limit. */
  readonly timeoutMs?: number;
}

export type OutputStream = 'stdout' | 'stderr';

/** Where output goes, and how the caller cancels. */
export interface ExecIo {
  /** Called for one chunk at a time, in order; the next one waits until a returned promise is fulfilled. A throw ends the exec. */
  onOutput(stream: OutputStream, chunk: Uint8Array): void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** How an exec ended. */
export interface ExecExit {
  /** The program's own status, or 128 + n when signal n ended it. */
  readonly exitCode: number;
  /** The name of that signal, such as `SIGKILL`; docker knows it only of an exec that was killed. */
  readonly signal?: string;
  readonly timedOut: boolean;
  /** Ended by the caller's signal, or because the sandbox was destroyed meanwhile. */
  readonly cancelled: boolean;
  readonly durationMs: number;
  /** The sandbox's memory limit killed a process while this exec ran. Reported only where cgroups enforce the limit. */
  readonly oomKilled?: boolean;
}

/** Whether the provider can work here; `reason` says what to do. */
export type ProviderHealth =
  | { readonly available: true; readonly version: string }
  | { readonly available: false; readonly reason: string };

/** One way to run sandboxes. Every method rejects with `ProviderError`. */
export interface SandboxProvider {
  /** `bubblewrap`, `docker` or `mock`. */
  readonly name: string;

  readonly files: SandboxFiles;

  /** What is really there, limits only if enforced. Complete after the first `check`, `recover` or `spawn`. */
  capabilities(): readonly string[];

  /** Tries the whole chain on this host. Never rejects. */
  check(): Promise<ProviderHealth>;

  /** The image names that `spawn` accepts; docker, which can pull others, names those that it had when it last looked. */
  images(): readonly string[];

  /** The networks that a sandbox may ask for. `none`, its own loopback alone, is always among them. */
  networks(): readonly string[];

  /**
   * Starts a sandbox. A sandbox that already has this id is returned as it is.
   *
   * @throws ProviderError `invalid_request`, `image_unknown`, `network_unknown`, `limit_exceeded`, `spawn_failed`,
   *   `unavailable`, `state_directory_in_use`, `cancelled`
   */
  spawn(spec: SandboxSpec, signal?: AbortSignal): Promise<SandboxRuntime>;

  /** @throws ProviderError `sandbox_not_found` */
  status(sandboxId: string): Promise<SandboxRuntime>;

  /**
   * Runs one program to its end. A non-zero status, a timeout and a cancellation are results, not errors. Processes it leaves in the
   * background live on until the sandbox is destroyed.
   *
   * @throws ProviderError `sandbox_not_found`, `invalid_request`, `unavailable`, `limit_exceeded`, `exec_failed`; or what
   *   `onOutput` or `stdin` threw
   */
  exec(sandboxId: string, request: ExecRequest, io: ExecIo): Promise<ExecExit>;

  /**
   * The last lines that the sandbox's execs wrote, oldest first, from a bounded memory.
   *
   * @throws ProviderError `sandbox_not_found`
   */
  logs(sandboxId: string, lines: number): Promise<readonly string[]>;

  /** Every sandbox of this provider. */
  list(): Promise<readonly SandboxRuntime[]>;

  /**
   * Ends a sandbox; fulfilled when its processes, mounts, cgroups, directories, container and volume are gone. An unknown id is no error.
   *
   * @throws ProviderError `destroy_failed`; may be called again
   */
  destroy(sandboxId: string): Promise<void>;

  /** To be called at start: removes what an earlier, killed process of this provider left behind. Returns the ids removed. */
  recover(): Promise<readonly string[]>;

  /** Destroys every sandbox and gives up the state directory. Later calls to `spawn` are `unavailable`. */
  close(): Promise<void>;
}
