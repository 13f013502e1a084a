import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { settlesWithin } from '../deadline.js';
import { ProviderError, type ProviderErrorCode } from '../errors.js';
import type { EngineAddress } from './engine-address.js';
import type { EngineExec } from './exec-programs.js';

/** A daemon that does not answer is not waited for longer. */
const CALL_TIMEOUT_MS = 30_000;
const MAX_DETAIL_CHARACTERS = 300;

export interface EngineFeatures {
  readonly version: string;
  readonly osType: string;
  readonly processors: number;
  readonly runtimes: readonly string[];
  readonly securityOptions: readonly string[];
  readonly limits: { readonly memory: boolean; readonly pids: boolean; readonly cpu: boolean };
}

export interface EngineImage {
  readonly id: string;
  readonly references: readonly string[];
}

export interface EngineExecState {
  readonly running: boolean;
  readonly exitCode: number | undefined;
}

/** The calls of the Engine API (1.40 and later) that sandboxes need, each with a deadline. */
export class Engine {
  readonly #client: Docker;

  private constructor(client: Docker) {
    this.#client = client;
  }

  /** dockerode and what it brings are loaded only where docker is used. */
  static async connect(address: EngineAddress): Promise<Engine> {
    const { default: Client } = await import('dockerode');
    if (address.kind === 'tcp') return new Engine(new Client());
    // A kept connection may be one that the daemon has just closed, and these calls are not to be repeated blindly.
    const agent = new Agent({ keepAlive: false });
    const options = { socketPath: address.path, agent };
    return new Engine(new Client(options));
  }

  async features(): Promise<EngineFeatures> {
    const info = (await answered(this.#client.info())) as Record<string, unknown>;
    return {
      version: String(info['ServerVersion'] ?? 'unknown'),
      osType: String(info['OSType'] ?? 'unknown'),
      processors: Number(info['NCPU'] ?? 1),
      runtimes: Object.keys((info['Runtimes'] as object | undefined) ?? {}),
      securityOptions: ((info['SecurityOptions'] as unknown[] | undefined) ?? []).map(String),
      limits: {
        memory: info['MemoryLimit'] === true,
        pids: info['PidsLimit'] === true,
        cpu: info['CpuCfsQuota'] === true,
      },
    };
  }

  async images(): Promise<readonly EngineImage[]> {
    const images = await this.#client.listImages(deadline());
    return images.map(({ Id, RepoTags, RepoDigests }) => ({
      id: Id,
      references: [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => !name.includes('<none>')),
    }));
  }

  /** The user that the image's programs run as; empty is root. */
  async imageUser(imageId: string): Promise<string> {
    return (await answered(this.#client.getImage(imageId).inspect())).Config?.User ?? '';
  }

  /** Resolves when the image is here. */
  async pull(reference: string, signal: AbortSignal): Promise<void> {
    const progress = await this.#client.pull(reference, { abortSignal: signal });
    await new Promise<void>((resolve, reject) => {
      const stop = () => (progress as Duplex).destroy(new Error('stopped'));
      signal.addEventListener('abort', stop, { once: true });
      this.#client.modem.followProgress(progress, (error) => {
        signal.removeEventListener('abort', stop);
        if (error === null) resolve();
        else reject(error);
      });
      if (signal.aborted) stop();
    });
  }

  async createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await this.#client.createVolume({ Name: name, Labels: { ...labels }, ...deadline() });
  }

  async removeVolume(name: string): Promise<void> {
    await ignoring([404], this.#client.getVolume(name).remove(deadline()));
  }

  async volumes(
    label: string,
  ): Promise<ReadonlyArray<{ name: string; labels: Readonly<Record<string, string>> }>> {
    const found = await answered(this.#client.listVolumes({ filters: { label: [label] } }));
    return (found.Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} }));
  }

  async createContainer(settings: Docker.ContainerCreateOptions): Promise<string> {
    return (await this.#client.createContainer({ ...settings, ...deadline() })).id;
  }

  async extract(containerId: string, tar: Buffer): Promise<void> {
    await this.#client.getContainer(containerId).putArchive(tar, { path: '/', ...deadline() });
  }

  /** A connection that is the container's standard input, and its output, for as long as it is open. */
  async attach(containerId: string): Promise<Duplex> {
    const options = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
    const container = this.#client.getContainer(containerId);
    return await untilOpen(
      async (abortSignal) => (await container.attach({ ...options, abortSignal })) as Duplex,
    );
  }

  async startContainer(containerId: string): Promise<void> {
    await this.#client.getContainer(containerId).start(deadline());
  }

  async killContainer(containerId: string): Promise<void> {
    // 409: it does not run.
    await ignoring([404, 409], this.#client.getContainer(containerId).kill(deadline()));
  }

  /** Kills what runs in it. @returns false while another removal of it is on its way */
  async removeContainer(containerId: string): Promise<boolean> {
    const options = { force: true, v: true, ...deadline() };
    const removal = this.#client.getContainer(containerId).remove(options);
    return (await ignoring([404, 409], removal)) !== 409;
  }

  async containers(
    label: string,
  ): Promise<ReadonlyArray<{ id: string; labels: Readonly<Record<string, string>> }>> {
    const listing = this.#client.listContainers({ all: true, filters: { label: [label] } });
    const found = await answered(listing);
    return found.map(({ Id, Labels }) => ({ id: Id, labels: Labels }));
  }

  async createExec(containerId: string, exec: EngineExec, withInput: boolean): Promise<string> {
    const created = await this.#client.getContainer(containerId).exec({
      AttachStdin: withInput,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: [...exec.argv],
      Env: [...exec.env],
      ...deadline(),
    });
    return created.id;
  }

  /** The connection carries the input there and the multiplexed output back. */
  async startExec(execId: string, withInput: boolean): Promise<Duplex> {
    const exec = this.#client.getExec(execId);
    return await untilOpen((abortSignal) => exec.start({ hijack: true, stdin: withInput, abortSignal }));
  }

  async execState(execId: string): Promise<EngineExecState> {
    const { Running, ExitCode } = await this.#client.getExec(execId).inspect(deadline());
    return { running: Running, exitCode: ExitCode ?? undefined };
  }

  /** Whether the kernel has killed a process of the container for memory since then. */
  async hasRunOutOfMemory(containerId: string, since: Date): Promise<boolean> {
    const events = await this.#client.getEvents({
      since: since.getTime() / 1000,
      until: Date.now() / 1000,
      filters: { container: [containerId], event: ['oom'] },
    });
    let text = '';
    for await (const chunk of events) text += String(chunk);
    return text.trim() !== '';
  }
}

/** The engine's own words, or why it cannot be reached; never more than one line. */
export function engineDetail(error: unknown): string {
  const { json, code, message } = error as {
    json?: { message?: unknown };
    code?: unknown;
    message?: unknown;
  };
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'no Docker daemon answers';
  if (code === 'EACCES') return "the daemon's socket may not be opened by this user (group docker)";
  const text = String(json?.message ?? message ?? error);
  // dockerode's own words in front of the engine's say nothing more.
  const line = (text.trim().split('\n')[0] ?? '').replace(/^\(HTTP code \d+\) [\w ]+ - /, '');
  return line.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, MAX_DETAIL_CHARACTERS);
}

export function engineError(code: ProviderErrorCode, what: string, cause: unknown): ProviderError {
  return cause instanceof ProviderError
    ? cause
    : new ProviderError(code, `${what}: ${engineDetail(cause)}`, { cause });
}

export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

function deadline(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) };
}

/** For calls that take no signal. */
async function answered<T>(call: Promise<T>): Promise<T> {
  if (!(await settlesWithin(CALL_TIMEOUT_MS, call))) throw new Error('the Docker daemon does not answer');
  return await call;
}

/** The deadline ends with the opening: a signal that aborts later would end the connection. */
async function untilOpen(open: (signal: AbortSignal) => Promise<Duplex>): Promise<Duplex> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), CALL_TIMEOUT_MS);
  try {
    return await open(late.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function ignoring(statuses: readonly number[], call: Promise<unknown>): Promise<number | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && statuses.includes(status)) return status;
    throw error;
  }
}
