import { AuthError, type AuthErrorCode } from '../errors.js';
import type { CredentialTrace } from '../presented-credential.js';
import { FailureCounts } from './failure-counts.js';

/** Who presents what. */
export interface LoginAttempt {
  /** Where the caller is: an address, or a network that counts as one. */
  readonly source: string;
  readonly credentials: readonly CredentialTrace[];
}

export interface FailedLogins {
  /**
   * Lets an attempt be looked at: no API key, while its source or the prefix of the key has failed too often, unless it
   * was good there lately. Bearer tokens that a signature protects always are.
   *
   * @throws AuthError `too_many_failures`
   */
  admit(attempt: LoginAttempt): void;
  /** @param fingerprint of the credential that was accepted */
  succeeded(attempt: LoginAttempt, fingerprint: string): void;
  /** Counts the refusal of an API key, and no other. */
  failed(attempt: LoginAttempt, refusal: AuthError): void;
  /** @param perMinute as for {@link createFailedLogins} */
  configure(perMinute: number): void;
  /** How many sources and prefixes have failed lately. */
  counted(): number;
}

/** Refusals of what can be guessed. What a signature protects cannot: guessing it is only work, which a rate limit bounds. */
const COUNTED: ReadonlySet<AuthErrorCode> = new Set([
  'api_key_malformed',
  'api_key_invalid',
  'api_key_revoked',
  'api_key_expired',
]);

const MAX_SOURCES = 50_000;
const MAX_GOOD = 50_000;
/** How long a good key is let pass whatever others at its address do. */
const GOOD_FOR_MS = 3_600_000;

/**
 * Limits how many credentials may be refused: of one source, and of one prefix of keys. What is kept is bounded, and of this
 * process alone.
 *
 * @param perMinute so many at once, and as many in every minute; 0: no limit
 * @param nowMs any clock that only goes forward, in milliseconds
 */
export function createFailedLogins(
  perMinute: number,
  nowMs: () => number = () => performance.now(),
): FailedLogins {
  let limit = perMinute;
  const counts = new FailureCounts(MAX_SOURCES);
  const good = new Map<string, number>();

  function sourcesOf({ source, credentials }: LoginAttempt): readonly string[] {
    return [
      `at ${source}`,
      ...credentials.flatMap(({ keyPrefix }) => (keyPrefix === undefined ? [] : [`key ${keyPrefix}`])),
    ];
  }

  function waitMsOf(attempt: LoginAttempt): number {
    if (limit === 0) return 0;
    const now = nowMs();
    return Math.max(...sourcesOf(attempt).map((name) => counts.waitMs(name, limit, now)));
  }

  function isGood({ source }: LoginAttempt, { fingerprint }: CredentialTrace): boolean {
    const at = good.get(`${source} ${fingerprint}`);
    return at !== undefined && nowMs() - at < GOOD_FOR_MS;
  }

  return {
    admit(attempt) {
      const guesses = attempt.credentials.filter(({ kind }) => kind === 'api_key');
      if (guesses.length === 0 || guesses.every((guess) => isGood(attempt, guess))) return;
      const waitMs = waitMsOf(attempt);
      if (waitMs > 0) throw tooMany(waitMs);
    },
    succeeded({ source }, fingerprint) {
      if (limit === 0) return;
      const name = `${source} ${fingerprint}`;
      good.delete(name);
      if (good.size >= MAX_GOOD) {
        const oldest = good.keys().next();
        if (!oldest.done) good.delete(oldest.value);
      }
      good.set(name, nowMs());
    },
    failed(attempt, { code }) {
      if (limit === 0 || !COUNTED.has(code)) return;
      const now = nowMs();
      for (const name of sourcesOf(attempt)) counts.note(name, limit, now);
    },
    configure(next) {
      limit = next;
    },
    counted: () => counts.size,
  };
}

function tooMany(waitMs: number): AuthError {
  return new AuthError('too_many_failures', 'too many API keys were refused; wait, then try again', {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}
