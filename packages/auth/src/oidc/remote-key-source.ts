import { AuthError } from '../errors.js';
import type { JwsHeader } from '../jose/jws-header.js';
import type { KeySet } from '../jose/key-set.js';
import type { VerificationKey } from '../jose/verification-key.js';
import { DocumentError } from './fetch-document.js';
import { type KeySource, keyOf } from './key-source.js';
import type { OidcLogger } from './logger.js';

/** Keys of this age are fetched anew before they are used: a key that was withdrawn is out by then. */
export const KEYS_REFRESH_AFTER_MS = 10 * 60_000;
/** Keys that cannot be fetched anew are used up to this age. */
export const KEYS_USABLE_FOR_MS = 24 * 60 * 60_000;
/** Between two fetches for the sake of tokens with an unknown kid, which anybody can send. */
export const UNKNOWN_KEY_COOLDOWN_MS = 30_000;
/** From a fetch that failed to the next. */
export const RETRY_AFTER_FAILURE_MS = 5_000;

export interface RemoteKeySourceOptions {
  /** Fetches the keys; rejects with a DocumentError. */
  readonly load: (signal: AbortSignal) => Promise<KeySet>;
  readonly clock: () => Date;
  readonly logger: OidcLogger;
  /** Stands in the log. */
  readonly issuer: string;
}

interface FetchedKeys {
  readonly set: KeySet;
  readonly atMs: number;
}

/** Keeps the keys of a provider. One fetch at a time, which all who need it wait for. */
export class RemoteKeySource implements KeySource {
  readonly #options: RemoteKeySourceOptions;
  readonly #closing = new AbortController();
  #keys: FetchedKeys | undefined;
  #attempt: { readonly endedAtMs: number; readonly failure: string | undefined } | undefined;
  #flight: Promise<void> | undefined;

  constructor(options: RemoteKeySourceOptions) {
    this.#options = options;
  }

  async find(header: JwsHeader): Promise<VerificationKey> {
    await this.prepare();
    let choice = this.#usableKeys().choose(header);
    if (choice.outcome === 'unknown' && this.#mayFetch()) {
      await this.#fetch();
      choice = this.#usableKeys().choose(header);
    }
    // While the provider is away it cannot be told whether it has the key: that is no fault of the caller.
    if (choice.outcome === 'unknown' && this.#attempt?.failure !== undefined) throw this.#unavailable();
    return keyOf(choice);
  }

  async prepare(): Promise<void> {
    const ageMs = this.#ageMs();
    if (ageMs < KEYS_REFRESH_AFTER_MS || !this.#mayFetch()) {
      this.#usableKeys();
      return;
    }
    const failedBefore = this.#attempt?.failure !== undefined;
    const fetched = this.#fetch();
    // While a provider is away, callers whose keys are still good need not wait for each try to fail.
    if (ageMs < KEYS_USABLE_FOR_MS && failedBefore) return;
    await fetched;
    this.#usableKeys();
  }

  close(): void {
    this.#closing.abort();
  }

  /** Infinite without keys. A clock that was set back makes them old, so that they are fetched anew. */
  #ageMs(): number {
    if (this.#keys === undefined) return Number.POSITIVE_INFINITY;
    const ageMs = this.#nowMs() - this.#keys.atMs;
    return ageMs < 0 ? KEYS_REFRESH_AFTER_MS : ageMs;
  }

  /** True when a fetch is under way, which may be joined, or the last is long enough ago. */
  #mayFetch(): boolean {
    if (this.#flight !== undefined) return true;
    if (this.#closing.signal.aborted) return false;
    if (this.#attempt === undefined) return true;
    const sinceMs = this.#nowMs() - this.#attempt.endedAtMs;
    const pauseMs = this.#attempt.failure === undefined ? UNKNOWN_KEY_COOLDOWN_MS : RETRY_AFTER_FAILURE_MS;
    return sinceMs < 0 || sinceMs >= pauseMs;
  }

  #usableKeys(): KeySet {
    if (this.#keys !== undefined && this.#ageMs() < KEYS_USABLE_FOR_MS) return this.#keys.set;
    throw this.#unavailable();
  }

  #unavailable(): AuthError {
    return new AuthError(
      'oidc_keys_unavailable',
      'the keys of the identity provider cannot be fetched; try again later',
      { detail: this.#attempt?.failure },
    );
  }

  /** Joins or starts the fetch. Never rejects: what failed is kept and logged. */
  #fetch(): Promise<void> {
    this.#flight ??= this.#load().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #load(): Promise<void> {
    const { load, logger, issuer } = this.#options;
    try {
      const set = await load(this.#closing.signal);
      const before = this.#keys;
      this.#keys = { set, atMs: this.#nowMs() };
      this.#attempt = { endedAtMs: this.#keys.atMs, failure: undefined };
      if (before === undefined || describe(before.set) !== describe(set)) {
        const keyIds = set.keys.map(({ keyId }) => keyId ?? '(none)');
        logger.info('the OIDC provider has these keys', { issuer, keyIds, unusable: set.unusable });
      }
    } catch (error) {
      const failure = error instanceof DocumentError ? error.message : `unforeseen: ${String(error)}`;
      this.#attempt = { endedAtMs: this.#nowMs(), failure };
      const keptForMs = this.#keys === undefined ? 0 : Math.max(0, KEYS_USABLE_FOR_MS - this.#ageMs());
      logger.warn('the keys of the OIDC provider cannot be fetched', { issuer, failure, keptForMs });
    }
  }

  #nowMs(): number {
    return this.#options.clock().getTime();
  }
}

/** Tells two key sets apart. */
function describe({ keys, unusable }: KeySet): string {
  return JSON.stringify([
    keys.map(({ keyId, algorithms, material }) => [keyId, algorithms, material]),
    unusable,
  ]);
}
