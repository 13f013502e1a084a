import { resolve } from 'node:path';
import { imageUnknown, ProviderError, sandboxNotFound } from '../errors.js';
import { ExecFiles } from '../files/exec-files.js';
import type { SandboxFiles } from '../files/sandbox-files.js';
import { KeyedTurns } from '../keyed-turns.js';
import { NO_LOG } from '../output-log.js';
import type {
  ExecExit,
  ExecIo,
  ExecRequest,
  ProviderHealth,
  SandboxProvider,
  SandboxRuntime,
  SandboxSpec,
} from '../provider.js';
import { type ProviderLogger, SILENT } from '../provider-logger.js';
import { isSandboxId, NO_NETWORK, validateSandboxSpec } from '../sandbox-spec.js';
import { findHostSetup, type HostSetup, tryHostSetup } from './host-setup.js';
import { explainRefusal } from './host-support.js';
import { ImageCatalogue } from './images.js';
import { removeLeftovers } from './leftovers.js';
import { limitCapabilities } from './rlimits.js';
import type { BubblewrapSandbox } from './sandbox.js';
import { type SandboxStart, startSandbox } from './sandbox-start.js';
import { StateDirectory } from './state-directory.js';
import { UidPool } from './uid-pool.js';

export interface BubblewrapProviderOptions {
  /** Directory of this provider alone, made with mode 0700: the workspaces of its sandboxes. */
  readonly stateDir: string;
  /** Image names and the root file systems they stand for. `host` is always there. */
  readonly images?: Readonly<Record<string, string>>;
  /** Default `bwrap`, looked for in the system's usual directories. */
  readonly bwrapPath?: string;
  /** First of 65536 host uids that sandboxes of a root worker run as. Default 231072. */
  readonly uidBase?: number;
  /** Processes and threads of one exec. Default 256. */
  readonly pidsLimit?: number;
  /** Milliseconds that an exec's processes may take to die before the whole sandbox is ended. Default 10000. */
  readonly killTimeoutMs?: number;
  /** `off` uses process limits only, also where cgroups are writable. Default `auto`. */
  readonly cgroups?: 'auto' | 'off';
  readonly logger?: ProviderLogger;
  readonly clock?: () => Date;
}

const PROVIDER_NAME = 'bubblewrap';
const DEFAULT_UID_BASE = 231_072;
const DEFAULT_PIDS_LIMIT = 256;

/**
 * Sandboxes by bubblewrap: Linux namespaces, no daemon, as root or not. They end with this process, however it ends.
 *
 * @throws ProviderError `invalid_request` for an image that cannot be registered or a limit out of range
 * @example
 * const provider = createBubblewrapProvider({ stateDir: '/var/lib/stacyvm/worker' });
 * await provider.recover();
 */
export function createBubblewrapProvider(options: BubblewrapProviderOptions): SandboxProvider {
  return new BubblewrapProvider(options);
}

interface Entry {
  readonly image: string;
  readonly createdAt: Date;
  readonly uid: number;
  readonly sandbox: BubblewrapSandbox;
}

class BubblewrapProvider implements SandboxProvider {
  readonly name = PROVIDER_NAME;
  readonly files: SandboxFiles = new ExecFiles(
    async (sandboxId, request, io) => await this.#entry(sandboxId).sandbox.exec(request, io, NO_LOG),
  );
  readonly #bwrapPath: string;
  readonly #useCgroups: boolean;
  readonly #limits: Pick<SandboxStart, 'pidsLimit' | 'killTimeoutMs'>;
  readonly #logger: ProviderLogger;
  readonly #clock: () => Date;
  readonly #images: ImageCatalogue;
  readonly #state: StateDirectory;
  readonly #uids: UidPool;
  readonly #turns = new KeyedTurns();
  readonly #entries = new Map<string, Entry>();
  #host: HostSetup | undefined;
  #closed = false;

  constructor(options: BubblewrapProviderOptions) {
    const bwrapPath = options.bwrapPath ?? 'bwrap';
    this.#bwrapPath = bwrapPath.includes('/') ? resolve(bwrapPath) : bwrapPath;
    this.#useCgroups = options.cgroups !== 'off';
    this.#limits = {
      pidsLimit: wholeNumber('pidsLimit', options.pidsLimit ?? DEFAULT_PIDS_LIMIT, 16),
      killTimeoutMs:
        options.killTimeoutMs === undefined
          ? undefined
          : wholeNumber('killTimeoutMs', options.killTimeoutMs, 0),
    };
    this.#logger = options.logger ?? SILENT;
    this.#clock = options.clock ?? (() => new Date());
    this.#images = new ImageCatalogue(options.images ?? {});
    this.#state = new StateDirectory(resolve(options.stateDir));
    this.#uids = new UidPool(wholeNumber('uidBase', options.uidBase ?? DEFAULT_UID_BASE, 1_000));
  }

  capabilities(): readonly string[] {
    const limits = this.#host === undefined ? [] : limitCapabilities(this.#host.byCgroup);
    return ['spawn', 'exec', 'exec_stream', 'files', 'logs', 'health', 'userspace_isolation', ...limits];
  }

  async check(): Promise<ProviderHealth> {
    const uid = this.#uids.take();
    try {
      const host = await this.#hostSetup();
      await tryHostSetup(host, this.#images, uid);
      return { available: true, version: host.features.version };
    } catch (error) {
      return { available: false, reason: explainRefusal(error) };
    } finally {
      this.#uids.release(uid);
    }
  }

  images(): readonly string[] {
    return this.#images.names();
  }

  networks(): readonly string[] {
    return [NO_NETWORK];
  }

  async spawn(spec: SandboxSpec, signal?: AbortSignal): Promise<SandboxRuntime> {
    validateSandboxSpec(spec, this.networks());
    if (!this.#images.names().includes(spec.image)) throw imageUnknown(spec.image, this.#images.names());
    const host = await this.#open();
    return await this.#turns.run(spec.sandboxId, async () => {
      const existing = this.#entries.get(spec.sandboxId);
      return existing === undefined
        ? await this.#start(spec, host, signal)
        : runtimeOf(spec.sandboxId, existing);
    });
  }

  async status(sandboxId: string): Promise<SandboxRuntime> {
    return runtimeOf(sandboxId, this.#entry(sandboxId));
  }

  async exec(sandboxId: string, request: ExecRequest, io: ExecIo): Promise<ExecExit> {
    return await this.#entry(sandboxId).sandbox.exec(request, io);
  }

  async logs(sandboxId: string, lines: number): Promise<readonly string[]> {
    return this.#entry(sandboxId).sandbox.logs(lines);
  }

  async list(): Promise<readonly SandboxRuntime[]> {
    return [...this.#entries].map(([sandboxId, entry]) => runtimeOf(sandboxId, entry));
  }

  async destroy(sandboxId: string): Promise<void> {
    if (!isSandboxId(sandboxId)) return;
    await this.#turns.run(sandboxId, async () => {
      const entry = this.#entries.get(sandboxId);
      if (entry === undefined || this.#host === undefined) return;
      if (!(await entry.sandbox.end())) {
        throw new ProviderError('destroy_failed', `sandbox ${sandboxId} has processes that cannot be killed`);
      }
      await removeLeftovers(sandboxId, this.#state, this.#host.cgroups);
      this.#entries.delete(sandboxId);
      this.#uids.release(entry.uid);
    });
  }

  async recover(): Promise<readonly string[]> {
    const { cgroups } = await this.#open();
    const found = new Set([...(await this.#state.sandboxIds()), ...(cgroups?.list() ?? [])]);
    const removed: string[] = [];
    for (const sandboxId of [...found].sort()) {
      if (!isSandboxId(sandboxId)) continue;
      const wasLeft = await this.#turns.run(sandboxId, async () => {
        if (this.#entries.has(sandboxId)) return false;
        await removeLeftovers(sandboxId, this.#state, cgroups);
        return true;
      });
      if (!wasLeft) continue;
      removed.push(sandboxId);
      this.#logger.info('removed a sandbox of an earlier process', { sandboxId });
    }
    return removed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const results = await Promise.allSettled([...this.#entries.keys()].map((id) => this.destroy(id)));
    const failed = results.find((result) => result.status === 'rejected');
    this.#host?.cgroups?.close();
    await this.#state.close();
    if (failed !== undefined) throw failed.reason;
  }

  async #start(spec: SandboxSpec, host: HostSetup, signal: AbortSignal | undefined): Promise<SandboxRuntime> {
    if (this.#closed) throw closedError();
    const { sandboxId, image } = spec;
    const uid = this.#uids.take();
    try {
      const started = await startSandbox(
        { spec, host, uid, state: this.#state, images: this.#images, ...this.#limits },
        signal,
      );
      const entry = { image, createdAt: this.#clock(), uid, sandbox: started.sandbox };
      this.#entries.set(sandboxId, entry);
      started.process.ended.then(() => {
        if (!entry.sandbox.ending) this.#logger.warn('sandbox stopped by itself', { sandboxId });
      });
      return runtimeOf(sandboxId, entry);
    } catch (error) {
      this.#uids.release(uid);
      this.#logger.warn('sandbox could not be started', { sandboxId });
      throw error;
    }
  }

  #entry(sandboxId: string): Entry {
    const entry = this.#entries.get(sandboxId);
    if (entry === undefined) throw sandboxNotFound(sandboxId);
    return entry;
  }

  async #open(): Promise<HostSetup> {
    if (this.#closed) throw closedError();
    await this.#state.open();
    return await this.#hostSetup();
  }

  async #hostSetup(): Promise<HostSetup> {
    this.#host ??= await findHostSetup({
      bwrapPath: this.#bwrapPath,
      stateDir: this.#state.root,
      useCgroups: this.#useCgroups,
    });
    return this.#host;
  }
}

function runtimeOf(sandboxId: string, { image, createdAt, sandbox }: Entry): SandboxRuntime {
  const state = sandbox.running ? 'running' : 'stopped';
  return { sandboxId, runtimeId: sandboxId, state, provider: PROVIDER_NAME, image, createdAt };
}

function closedError(): ProviderError {
  return new ProviderError('unavailable', 'the bubblewrap provider is closed');
}

function wholeNumber(name: string, value: number, minimum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new ProviderError('invalid_request', `${name} must be a whole number from ${minimum}`);
}
