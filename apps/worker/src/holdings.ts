import type { Logger } from '@stacyvm/logging';
import { ProviderError, type SandboxProvider, type SandboxRuntime } from '@stacyvm/providers';
import type { LeaseToken } from '@stacyvm/worker-rpc';

/** Node's timers overflow beyond this. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface Holding {
  readonly provider: SandboxProvider;
  generation: number;
  watchdog: NodeJS.Timeout | undefined;
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
  readonly #logger: Logger;
  readonly #clock: () => Date;

  constructor(logger: Logger, clock: () => Date = () => new Date()) {
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

  /** @throws ProviderError `sandbox_not_found` for anything that was not spawned here */
  providerOf(sandboxId: string): SandboxProvider {
    const holding = this.#held.get(sandboxId);
    if (holding === undefined)
      throw new ProviderError('sandbox_not_found', `sandbox not found: ${sandboxId}`);
    return holding.provider;
  }

  /** Starts a sandbox under its lease; one that is held already gets the new lease. */
  async hold(
    lease: LeaseToken,
    provider: SandboxProvider,
    spawn: () => Promise<SandboxRuntime>,
  ): Promise<SandboxRuntime> {
    const id = lease.resourceId;
    const held = this.#held.get(id);
    if (held === undefined)
      this.#held.set(id, { provider, generation: lease.generation, watchdog: undefined });
    try {
      const runtime = await spawn();
      this.#watch(id, lease);
      return runtime;
    } catch (error) {
      if (held === undefined) this.#held.delete(id);
      throw error;
    }
  }

  /** Ends a sandbox; one that is not held is gone already. */
  async destroy(sandboxId: string, generation?: number): Promise<void> {
    const holding = this.#held.get(sandboxId);
    if (holding === undefined) return;
    if (generation !== undefined) holding.generation = generation;
    await holding.provider.destroy(sandboxId);
    clearTimeout(holding.watchdog);
    this.#held.delete(sandboxId);
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
    for (const { watchdog } of this.#held.values()) clearTimeout(watchdog);
    this.#held.clear();
  }

  #watch(id: string, lease: LeaseToken): void {
    const holding = this.#held.get(id);
    if (holding === undefined) return;
    clearTimeout(holding.watchdog);
    holding.generation = lease.generation;
    const remainingMs = lease.expiresAt.getTime() - this.#clock().getTime();
    holding.watchdog = setTimeout(
      () => {
        if (remainingMs > MAX_TIMER_MS) return this.#watch(id, lease);
        this.#logger.warn('sandbox destroyed: its lease ended', { sandbox_id: id });
        void this.#destroyQuietly(id);
      },
      Math.min(Math.max(remainingMs, 0), MAX_TIMER_MS),
    ).unref();
  }

  async #destroyQuietly(id: string): Promise<void> {
    try {
      await this.destroy(id);
    } catch (error) {
      this.#logger.error('sandbox could not be destroyed', { sandbox_id: id, error });
    }
  }
}
