import { ProviderError } from '../errors.js';

const POOL_SIZE = 65_536;

/** Hands each live sandbox a host uid of its own, so that sandboxes are apart even outside their namespaces. */
export class UidPool {
  readonly #base: number;
  readonly #used = new Set<number>();
  #next = 0;

  constructor(base: number) {
    this.#base = base;
  }

  /** @throws ProviderError `limit_exceeded` when all are in use */
  take(): number {
    if (this.#used.size >= POOL_SIZE) {
      throw new ProviderError('limit_exceeded', `all ${POOL_SIZE} sandbox user ids are in use`);
    }
    while (this.#used.has(this.#base + this.#next)) this.#next = (this.#next + 1) % POOL_SIZE;
    const uid = this.#base + this.#next;
    this.#used.add(uid);
    this.#next = (this.#next + 1) % POOL_SIZE;
    return uid;
  }

  release(uid: number): void {
    this.#used.delete(uid);
  }
}
