import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { ProviderError, sandboxNotFound } from '../errors.js';
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
import { OWNER_LABEL, RUN_LABEL, SANDBOX_LABEL } from './container-settings.js';
import { DockerImages } from './docker-images.js';
import { type ContainerPolicy, containerPolicy, type DockerProviderOptions } from './docker-options.js';
import type { DockerSandbox } from './docker-sandbox.js';
import { Engine, type EngineFeatures, engineDetail, engineError } from './engine.js';
import { engineAddress } from './engine-address.js';
import { ProviderState } from './provider-state.js';
import { removeSandbox, startSandbox } from './sandbox-start.js';

const PROVIDER_NAME = 'docker';
const TRIAL = { memoryMb: 64, vcpus: 1 };

/**
 * Sandboxes in containers of a Docker engine. They end with this process, however it ends; `recover` removes what is left of them.
 *
 * @throws ProviderError `invalid_request` for an option that cannot be used
 * @example
 * const provider = createDockerProvider({ stateDir: '/var/lib/stacyvm/docker', defaultImage: 'debian:12' });
 * const health = await provider.check();
 */
export function createDockerProvider(options: DockerProviderOptions): SandboxProvider {
  return new DockerProvider(options);
}

interface Entry {
  readonly image: string;
  readonly createdAt: Date;
  readonly sandbox: DockerSandbox;
}

interface Connection {
  readonly engine: Engine;
  readonly features: EngineFeatures;
}

class DockerProvider implements SandboxProvider {
  readonly name = PROVIDER_NAME;
  readonly files: SandboxFiles = new ExecFiles(
    async (sandboxId, request, io) => await this.#entry(sandboxId).sandbox.exec(request, io, NO_LOG),
  );
  readonly #socket: string;
  readonly #policy: ContainerPolicy;
  readonly #images: DockerImages;
  readonly #logger: ProviderLogger;
  readonly #clock: () => Date;
  readonly #state: ProviderState;
  readonly #run = randomBytes(12).toString('hex');
  readonly #turns = new KeyedTurns();
  readonly #entries = new Map<string, Entry>();
  #connection: Connection | undefined;
  #closed = false;

  constructor(options: DockerProviderOptions) {
    this.#socket = options.socket ?? '';
    this.#policy = containerPolicy(options);
    this.#logger = options.logger ?? SILENT;
    this.#clock = options.clock ?? (() => new Date());
    this.#state = new ProviderState(resolve(options.stateDir));
    this.#images = new DockerImages({
      defaultImage: options.defaultImage || 'alpine:latest',
      pull: options.pull ?? 'missing',
      logger: this.#logger,
    });
  }

  capabilities(): readonly string[] {
    const features = this.#connection?.features;
    const { pidsLimit, seccompProfile } = this.#policy;
    const limits = { ...features?.limits, ...(pidsLimit === 0 ? { pids: false } : {}) };
    const enforced = Object.entries(limits).filter(([, isEnforced]) => isEnforced);
    const filters = features?.securityOptions.some((option) => option.startsWith('name=seccomp'));
    return [
      ...['spawn', 'exec', 'exec_stream', 'files', 'logs', 'health', 'container'],
      ...enforced.map(([name]) => `${name}_limit:cgroup`),
      ...(filters && seccompProfile !== 'unconfined' ? ['seccomp'] : []),
    ];
  }

  async check(): Promise<ProviderHealth> {
    try {
      const { engine, features } = await this.#connect();
      const imageId = await this.#images.findDefault(engine);
      if (imageId === undefined) {
        this.#logger.warn('the default image is not on this engine; it is pulled when it is needed');
      } else await this.#tryImage(engine, features, imageId);
      return { available: true, version: features.version };
    } catch (error) {
      return { available: false, reason: explain(error) };
    }
  }

  images(): readonly string[] {
    return this.#images.names();
  }

  networks(): readonly string[] {
    return [...new Set([NO_NETWORK, this.#policy.networkMode])];
  }

  async spawn(spec: SandboxSpec, signal?: AbortSignal): Promise<SandboxRuntime> {
    validateSandboxSpec(spec, this.networks());
    const connection = await this.#open();
    return await this.#turns.run(spec.sandboxId, async () => {
      const existing = this.#entries.get(spec.sandboxId);
      return existing === undefined
        ? await this.#start(spec, connection, signal)
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
      const sandbox = this.#entries.get(sandboxId)?.sandbox;
      if (sandbox === undefined || this.#connection === undefined) return;
      sandbox.end();
      await removeSandbox(this.#connection.engine, sandbox);
      sandbox.close();
      this.#entries.delete(sandboxId);
    });
  }

  async recover(): Promise<readonly string[]> {
    const { engine } = await this.#open();
    const label = `${OWNER_LABEL}=${await this.#state.open()}`;
    const removed = new Set<string>();
    try {
      for (const { id, labels } of await engine.containers(label)) {
        if (labels[RUN_LABEL] === this.#run) continue;
        await engine.removeContainer(id);
        removed.add(labels[SANDBOX_LABEL] ?? id);
      }
      for (const { name, labels } of await engine.volumes(label)) {
        if (labels[RUN_LABEL] === this.#run) continue;
        await engine.removeVolume(name);
        removed.add(labels[SANDBOX_LABEL] ?? name);
      }
    } catch (error) {
      throw engineError('destroy_failed', 'what an earlier process left could not be removed', error);
    }
    for (const sandboxId of removed)
      this.#logger.info('removed a sandbox of an earlier process', { sandboxId });
    return [...removed].sort();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const results = await Promise.allSettled([...this.#entries.keys()].map((id) => this.destroy(id)));
    await this.#state.close();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #start(
    spec: SandboxSpec,
    { engine, features }: Connection,
    signal: AbortSignal | undefined,
  ): Promise<SandboxRuntime> {
    if (this.#closed) throw closedError();
    if (signal?.aborted) throw new ProviderError('cancelled', 'the spawn was cancelled');
    const { sandboxId, image } = spec;
    const imageId = await this.#resolveImage(engine, image, signal);
    const sandbox = await this.#startContainer(spec, imageId, { engine, features }, signal);
    const entry = { image, createdAt: this.#clock(), sandbox };
    this.#entries.set(sandboxId, entry);
    return runtimeOf(sandboxId, entry);
  }

  async #startContainer(
    spec: SandboxSpec,
    imageId: string,
    { engine, features }: Connection,
    signal: AbortSignal | undefined,
  ): Promise<DockerSandbox> {
    const { sandboxId } = spec;
    const onSandboxKilled = () =>
      this.#logger.warn('killed a sandbox, because an exec in it could not be killed alone', { sandboxId });
    const labels = { [OWNER_LABEL]: await this.#state.open(), [RUN_LABEL]: this.#run };
    const { processors } = features;
    return await startSandbox(
      engine,
      { spec, imageId, labels, processors, policy: this.#policy, onSandboxKilled },
      signal,
    );
  }

  async #resolveImage(engine: Engine, image: string, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await this.#images.resolve(engine, image, signal);
    } catch (error) {
      throw engineError('spawn_failed', 'the images of the engine could not be listed', error);
    }
  }

  /** Runs a program in a container of the default image, as every later sandbox will. */
  async #tryImage(engine: Engine, features: EngineFeatures, imageId: string): Promise<void> {
    const sandboxId = `check-${randomBytes(6).toString('hex')}`;
    const spec = { sandboxId, image: '', ...TRIAL };
    const sandbox = await this.#startContainer(spec, imageId, { engine, features }, undefined);
    try {
      const trial = { command: 'true', timeoutMs: 10_000 };
      const { exitCode } = await sandbox.exec(trial, { onOutput: () => {} });
      if (exitCode !== 0) throw new ProviderError('unavailable', `a trial ended with status ${exitCode}`);
    } finally {
      sandbox.end();
      await removeSandbox(engine, sandbox);
      sandbox.close();
    }
  }

  async #open(): Promise<Connection> {
    if (this.#closed) throw closedError();
    await this.#state.open();
    try {
      return await this.#connect();
    } catch (error) {
      throw engineError('unavailable', 'the Docker engine cannot be used', error);
    }
  }

  async #connect(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const address = engineAddress(this.#socket, process.env);
    const engine = await Engine.connect(address);
    const features = await engine.features().catch((error: unknown) => {
      const where = address.kind === 'socket' ? address.path : address.url;
      throw engineError('unavailable', `the Docker engine at ${where} cannot be used`, error);
    });
    const { runtime } = this.#policy;
    if (features.osType !== 'linux') {
      throw new ProviderError('unavailable', `sandboxes need Linux containers; these are ${features.osType}`);
    }
    if (!features.runtimes.includes(runtime)) {
      const known = features.runtimes.join(', ');
      throw new ProviderError('unavailable', `the engine has no runtime ${runtime}; it has: ${known}`);
    }
    this.#connection = { engine, features };
    return this.#connection;
  }

  #entry(sandboxId: string): Entry {
    const entry = this.#entries.get(sandboxId);
    if (entry === undefined) throw sandboxNotFound(sandboxId);
    return entry;
  }
}

function runtimeOf(sandboxId: string, { image, createdAt, sandbox }: Entry): SandboxRuntime {
  const state = sandbox.running ? 'running' : 'stopped';
  return { sandboxId, runtimeId: sandbox.containerId, state, provider: PROVIDER_NAME, image, createdAt };
}

function explain(error: unknown): string {
  return error instanceof ProviderError
    ? error.message
    : `the Docker engine cannot be used: ${engineDetail(error)}`;
}

function closedError(): ProviderError {
  return new ProviderError('unavailable', 'the docker provider is closed');
}
