import { imageUnknown, ProviderError, sandboxNotFound } from '../errors.js';
import { type ResolvedExec, resolveExec } from '../exec-request.js';
import type { SandboxFiles } from '../files/sandbox-files.js';
import { OutputLog } from '../output-log.js';
import type {
  ExecExit,
  ExecIo,
  ExecRequest,
  ProviderHealth,
  SandboxProvider,
  SandboxRuntime,
  SandboxSpec,
} from '../provider.js';
import { NO_NETWORK, validateSandboxSpec } from '../sandbox-spec.js';
import { MockFileTree } from './mock-file-tree.js';
import { MockFiles } from './mock-files.js';
import { runMockProgram } from './mock-program.js';

export interface MockProviderOptions {
  /** The images it accepts. Default `host` and `test`. */
  readonly images?: readonly string[];
  readonly clock?: () => Date;
}

/**
 * A provider for tests alone, which its capability `test_provider` says: nothing is isolated because nothing runs. It keeps sandboxes
 * in memory, with their files, which its programs do not see, and plays a handful of commands (`true false : echo printf cat pwd printenv sleep exit sh -c`, joined by `;`, `&&`, `||`).
 *
 * @example
 * const provider = createMockProvider();
 */
export function createMockProvider(options: MockProviderOptions = {}): SandboxProvider {
  return new MockProvider(options);
}

interface Entry {
  readonly runtime: SandboxRuntime;
  readonly log: OutputLog;
  readonly end: AbortController;
  readonly tree: MockFileTree;
}

class MockProvider implements SandboxProvider {
  readonly name = 'mock';
  readonly files: SandboxFiles = new MockFiles((sandboxId) => this.#entry(sandboxId).tree);
  readonly #images: readonly string[];
  readonly #clock: () => Date;
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  constructor(options: MockProviderOptions) {
    this.#images = options.images ?? ['host', 'test'];
    this.#clock = options.clock ?? (() => new Date());
  }

  capabilities(): readonly string[] {
    return ['spawn', 'exec', 'exec_stream', 'files', 'logs', 'health', 'test_provider'];
  }

  async check(): Promise<ProviderHealth> {
    return { available: true, version: 'mock' };
  }

  images(): readonly string[] {
    return this.#images;
  }

  networks(): readonly string[] {
    return [NO_NETWORK];
  }

  async spawn(spec: SandboxSpec, signal?: AbortSignal): Promise<SandboxRuntime> {
    validateSandboxSpec(spec, this.networks());
    const { sandboxId, image } = spec;
    if (!this.#images.includes(image)) throw imageUnknown(image, this.#images);
    if (this.#closed) throw new ProviderError('unavailable', 'the mock provider is closed');
    if (signal?.aborted) throw new ProviderError('cancelled', 'the spawn was cancelled');
    const existing = this.#entries.get(sandboxId);
    if (existing !== undefined) return existing.runtime;
    const createdAt = this.#clock();
    const runtime = {
      sandboxId,
      runtimeId: sandboxId,
      state: 'running',
      provider: 'mock',
      image,
      createdAt,
    } as const;
    const tree = new MockFileTree(this.#clock);
    this.#entries.set(sandboxId, { runtime, log: new OutputLog(), end: new AbortController(), tree });
    return runtime;
  }

  async status(sandboxId: string): Promise<SandboxRuntime> {
    return this.#entry(sandboxId).runtime;
  }

  async exec(sandboxId: string, request: ExecRequest, io: ExecIo): Promise<ExecExit> {
    const entry = this.#entry(sandboxId);
    return await runExec(entry, resolveExec(request), io);
  }

  async logs(sandboxId: string, lines: number): Promise<readonly string[]> {
    return this.#entry(sandboxId).log.tail(lines);
  }

  async list(): Promise<readonly SandboxRuntime[]> {
    return [...this.#entries.values()].map(({ runtime }) => runtime);
  }

  async destroy(sandboxId: string): Promise<void> {
    this.#entries.get(sandboxId)?.end.abort();
    this.#entries.delete(sandboxId);
  }

  async recover(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const sandboxId of [...this.#entries.keys()]) await this.destroy(sandboxId);
  }

  #entry(sandboxId: string): Entry {
    const entry = this.#entries.get(sandboxId);
    if (entry === undefined) throw sandboxNotFound(sandboxId);
    return entry;
  }
}

async function runExec(entry: Entry, exec: ResolvedExec, io: ExecIo): Promise<ExecExit> {
  const startedAt = performance.now();
  const timeout = new AbortController();
  const timer = exec.timeoutMs === undefined ? undefined : setTimeout(() => timeout.abort(), exec.timeoutMs);
  const signals = [entry.end.signal, timeout.signal, ...(io.signal === undefined ? [] : [io.signal])];
  const signal = AbortSignal.any(signals);
  const log = entry.log.writer();
  const write: Parameters<typeof runMockProgram>[1]['write'] = async (stream, chunk) => {
    signal.throwIfAborted();
    log.append(stream, chunk);
    await io.onOutput(stream, chunk);
  };
  const durationMs = () => performance.now() - startedAt;
  try {
    signal.throwIfAborted();
    const exitCode = await runMockProgram(exec, { write, signal });
    return { exitCode, timedOut: false, cancelled: false, durationMs: durationMs() };
  } catch (error) {
    if (!signal.aborted) throw error;
    const timedOut = timeout.signal.aborted;
    return { exitCode: 137, signal: 'SIGKILL', timedOut, cancelled: !timedOut, durationMs: durationMs() };
  } finally {
    clearTimeout(timer);
    log.close();
  }
}
