import type { Logger } from '@stacyvm/logging';
import {
  ProviderError,
  type ProviderErrorCode,
  type SandboxProvider,
  type SandboxRuntime,
} from '@stacyvm/providers';
import { type LeaseToken, RpcMethodError } from '@stacyvm/worker-rpc';

/** Node's timers overflow beyond this. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const DESTROY_RETRY_MS = 10_000;

interface Holding {
  readonly provider: SandboxProvider;
  generation: number;
  watchdog: NodeJS.Timeout | undefined;
  /** When its lease ends, and when half of its time is over; undefined until it runs. */
  lease: { readonly until: Date; readonly halfLife: Date } | undefined;
  /** Spawns under way. */
  starting: number;
  running: boolean;
  /** Destroyed, perhaps while it was starting. */
  ended: boolean;
}

export interface HeldSandbox {
  readonly id: string;
  readonly generation: number;
}

/**
 * The sandboxes that this worker holds, each under a lease. A sandbox whose lease ends is destroyed without being told
 * to, so that a worker that lost its control plane does not run it for ever.
 */
export class Holdings {
  readonly #held = new Map<string, Holding>();
  readonly #logger: Pick<Logger, 'warn' | 'error'>;
  readonly #clock: () => Date;
  #closed = false;

  constructor(logger: Pick<Logger, 'warn' | 'error'>, clock: () => Date = () => new Date()) {
    this.#logger = logger;
    this.#clock = clock;
  }

  get size(): number {
    return this.#held.size;
  }

  has(sandboxId: string): boolean {
    return this.#held.has(sandboxId);
  }

  list(): readonly HeldSandbox[] {
    return [...this.#held].map(([id, { generation }]) => ({ id, generation }));
  }

  /** Sandboxes whose leases are to be renewed, for half of their time is over; those that end first first. */
  dueLeases(): readonly string[] {
    const now = this.#clock();
    return [...this.#held]
      .flatMap(([id, { lease, ended }]) =>
        lease === undefined || ended || lease.halfLife > now ? [] : [{ id, untilMs: lease.until.getTime() }],
      )
      .toSorted((a, b) => a.untilMs - b.untilMs)
      .map(({ id }) => id);
  }

  /** @throws ProviderError `sandbox_not_found` for anything that was not spawned here */
  providerOf(sandboxId: string): SandboxProvider {
    return this.#holdingOf(sandboxId).provider;
  }

  /**
   * Works in a sandbox that is not being destroyed.
   *
   * @throws ProviderError `sandbox_not_found`; RpcMethodError `conflict`, by the reason `sandbox_ending` when its destruction had
   * begun before, `sandbox_destroyed` when the work came to nothing because it began meanwhile
   */
  async use<T>(sandboxId: string, work: (provider: SandboxProvider) => Promise<T>): Promise<T> {
    const holding = this.#holdingOf(sandboxId);
    if (holding.ended) throw endedSandbox(sandboxId, 'sandbox_ending');
    try {
      return await work(holding.provider);
    } catch (error) {
      const isConsequence = error instanceof ProviderError && CONSEQUENCES.has(error.code);
      if (holding.ended && isConsequence) throw endedSandbox(sandboxId, 'sandbox_destroyed', error);
      throw error;
    }
  }

  /**
   * Starts a sandbox under its lease; one that is held already gets the new lease.
   *
   * @throws ProviderError `invalid_request` when another provider has it, `cancelled` when it was destroyed meanwhile
   */
  async hold(
    lease: LeaseToken,
    provider: SandboxProvider,
    spawn: () => Promise<SandboxRuntime>,
  ): Promise<SandboxRuntime> {
    const id = lease.resourceId;
    const holding = this.#held.get(id) ?? newHolding(provider, lease.generation);
    if (holding.provider !== provider) {
      throw new ProviderError('invalid_request', `sandbox ${id} is one of provider ${holding.provider.name}`);
    }
    this.#held.set(id, holding);
    holding.starting += 1;
    try {
      const runtime = await spawn();
      if (holding.ended || this.#closed) {
        // The provider may have been told to destroy it before it had begun to start it.
        holding.running = true;
        this.#held.set(id, holding);
        await this.#destroyQuietly(id);
        throw new ProviderError('cancelled', `sandbox ${id} was destroyed while it started`);
      }
      holding.running = true;
      holding.generation = lease.generation;
      this.#watch(id, holding, lease.expiresAt);
      return runtime;
    } finally {
      holding.starting -= 1;
      if (!holding.running && holding.starting === 0) this.#forget(id, holding);
    }
  }

  /** Lets a sandbox live as long as its new lease. One that is not held has none. */
  renewed(lease: LeaseToken): void {
    const holding = this.#held.get(lease.resourceId);
    if (holding === undefined || holding.ended || lease.generation < holding.generation) return;
    holding.generation = lease.generation;
    if (holding.running) this.#watch(lease.resourceId, holding, lease.expiresAt);
  }

  /** Ends a sandbox; one that is not held is gone already. */
  async destroy(sandboxId: string, generation?: number): Promise<void> {
    const holding = this.#held.get(sandboxId);
    if (holding === undefined) return;
    if (generation !== undefined) holding.generation = generation;
    holding.ended = true;
    await holding.provider.destroy(sandboxId);
    this.#forget(sandboxId, holding);
  }

  /** Destroys what the control plane says is not this worker's. */
  async release(sandboxIds: readonly string[]): Promise<void> {
    for (const id of sandboxIds.filter((candidate) => this.#held.has(candidate))) {
      this.#logger.warn('sandbox released: the control plane does not know it', { sandbox_id: id });
      await this.#destroyQuietly(id);
    }
  }

  /** Stops watching; the providers destroy what is left when they are closed. */
  close(): void {
    this.#closed = true;
    for (const { watchdog } of this.#held.values()) clearTimeout(watchdog);
    this.#held.clear();
  }

  #holdingOf(sandboxId: string): Holding {
    const holding = this.#held.get(sandboxId);
    if (holding === undefined)
      throw new ProviderError('sandbox_not_found', `sandbox not found: ${sandboxId}`);
    return holding;
  }

  #watch(id: string, holding: Holding, until: Date): void {
    const now = this.#clock().getTime();
    const remainingMs = until.getTime() - now;
    holding.lease = { until, halfLife: new Date(now + remainingMs / 2) };
    this.#wake(holding, remainingMs, () => {
      if (remainingMs > MAX_TIMER_MS) return this.#watch(id, holding, until);
      this.#logger.warn('sandbox destroyed: its lease ended', { sandbox_id: id });
      void this.#destroyQuietly(id);
    });
  }

  #wake(holding: Holding, afterMs: number, work: () => void): void {
    clearTimeout(holding.watchdog);
    holding.watchdog = setTimeout(work, Math.min(Math.max(afterMs, 0), MAX_TIMER_MS)).unref();
  }

  /** Tries for ever: nobody else may come to destroy it. */
  async #destroyQuietly(id: string): Promise<void> {
    try {
      await this.destroy(id);
    } catch (error) {
      this.#logger.error('sandbox could not be destroyed; trying again', { sandbox_id: id, error });
      const holding = this.#held.get(id);
      if (holding !== undefined) this.#wake(holding, DESTROY_RETRY_MS, () => void this.#destroyQuietly(id));
    }
  }

  #forget(id: string, holding: Holding): void {
    clearTimeout(holding.watchdog);
    if (this.#held.get(id) === holding) this.#held.delete(id);
  }
}

/** What a provider may say of a sandbox that is destroyed under it. */
const CONSEQUENCES: ReadonlySet<ProviderErrorCode> = new Set([
  'sandbox_not_found',
  'unavailable',
  'cancelled',
  'exec_failed',
  'file_failed',
]);

function endedSandbox(
  id: string,
  reason: 'sandbox_ending' | 'sandbox_destroyed',
  cause?: unknown,
): RpcMethodError {
  const when = reason === 'sandbox_ending' ? 'is being destroyed' : 'was destroyed meanwhile';
  return new RpcMethodError('conflict', `sandbox ${id} ${when}`, { reason, cause });
}

function newHolding(provider: SandboxProvider, generation: number): Holding {
  return {
    provider,
    generation,
    watchdog: undefined,
    lease: undefined,
    starting: 0,
    running: false,
    ended: false,
  };
}
