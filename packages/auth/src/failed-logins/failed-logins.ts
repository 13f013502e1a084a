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
   * Lets an attempt be looked at: no API key, while its source or the prefix of the key has failed too often, and no bearer
   * token, while its source has had too many signatures checked for nothing; unless the credential was good there lately.
   *
   * @throws AuthError `too_many_failures`
   */
  admit(attempt: LoginAttempt): void;
  /** @param fingerprint of the credential that was accepted */
  succeeded(attempt: LoginAttempt, fingerprint: string): void;
  /** Counts the refusal of an API key, and of a bearer token whose signature had to be checked, and no other. */
  failed(attempt: LoginAttempt, refusal: AuthError): void;
  /** Counts a signature that was checked although nobody is let in by it. */
  checkedForNothing(source: string): void;
  /** @param perMinute as for {@link createFailedLogins} */
  configure(perMinute: number): void;
  /** How many sources and prefixes have failed lately. */
  counted(): number;
}

/** Refusals of what can be guessed. */
const COUNTED: ReadonlySet<AuthErrorCode> = new Set([
  'api_key_malformed',
  'api_key_invalid',
  'api_key_revoked',
  'api_key_expired',
]);

/**
 * Refusals that come after the work on a signature. Nobody can guess one; what is bounded is the work, so those that are cheaper
 * (no token at all, an unknown key, no issuer) are free.
 */
const WORKED_FOR: ReadonlySet<AuthErrorCode> = new Set([
  'bearer_bad_signature',
  'bearer_invalid_claims',
  'bearer_wrong_issuer',
  'bearer_wrong_audience',
  'bearer_expired',
  'bearer_not_yet_valid',
  'bearer_revoked',
  'groups_overage',
  'no_role',
  'tenant_not_allowed',
]);

/**
 * Signatures of one source that may be checked for nothing: so many at once, then 50 a second. One costs 0.2 to 0.5 milliseconds of
 * a core, 2 with ES512: whoever tries a suite of bad tokens is not held up, and a flood costs a tenth of a core at most.
 */
export const WASTED_SIGNATURES_PER_MINUTE = 3_000;

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
  const wasted = new FailureCounts(MAX_SOURCES);
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
      const { source, credentials } = attempt;
      if (credentials.length === 0 || credentials.every((credential) => isGood(attempt, credential))) return;
      const isBearer = credentials.every(({ kind }) => kind === 'bearer');
      const waitMs = isBearer
        ? wasted.waitMs(source, WASTED_SIGNATURES_PER_MINUTE, nowMs())
        : waitMsOf(attempt);
      if (waitMs > 0) throw tooMany(isBearer ? 'bearer tokens' : 'API keys', waitMs);
    },
    succeeded({ source }, fingerprint) {
      const name = `${source} ${fingerprint}`;
      good.delete(name);
      if (good.size >= MAX_GOOD) {
        const oldest = good.keys().next();
        if (!oldest.done) good.delete(oldest.value);
      }
      good.set(name, nowMs());
    },
    failed(attempt, { code }) {
      const now = nowMs();
      if (!COUNTED.has(code) && !WORKED_FOR.has(code)) return;
      // What is refused now was good for the last time, if it ever was.
      for (const { fingerprint } of attempt.credentials) good.delete(`${attempt.source} ${fingerprint}`);
      if (WORKED_FOR.has(code)) wasted.note(attempt.source, WASTED_SIGNATURES_PER_MINUTE, now);
      if (limit === 0 || !COUNTED.has(code)) return;
      for (const name of sourcesOf(attempt)) counts.note(name, limit, now);
    },
    checkedForNothing(source) {
      wasted.note(source, WASTED_SIGNATURES_PER_MINUTE, nowMs());
    },
    configure(next) {
      limit = next;
    },
    counted: () => counts.size,
  };
}

function tooMany(what: string, waitMs: number): AuthError {
  return new AuthError('too_many_failures', `too many ${what} were refused; wait, then try again`, {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}
