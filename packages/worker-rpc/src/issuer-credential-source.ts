import { inspectWorkerToken, WorkerTokenError } from '@stacyvm/token';
import { type Clock, systemClock } from './clock.js';
import type { CredentialSource } from './credential-source.js';
import { CredentialError } from './errors.js';
import { tokenOf } from './token-text.js';

/** What an issuer hands out. */
export interface IssuedToken {
  readonly token: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface IssuerCredentialSourceOptions {
  /**
   * Gets a fresh token from the issuer. The signal fires after `timeoutMs`. The message of what it throws is passed on
   * and logged: it must not carry a secret.
   */
  readonly fetchToken: (signal: AbortSignal) => Promise<IssuedToken>;
  /**
   * Of the client certificate that the next connection to the control plane is made with. A token that is bound to
   * another one is not presented any more: the issuer is asked for the next at once.
   */
  readonly certificateThumbprint?: (() => string | undefined) | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 up to 1; spreads the renewals of a fleet over time. */
  readonly random?: (() => number) | undefined;
  /** How long the issuer may take, by default ten seconds. */
  readonly timeoutMs?: number | undefined;
  /** Told when a renewal has failed. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Renewal begins between half of the life of a token and this share more. */
const JITTER = 0.1;
const RETRY_MS = 5_000;

/** A fresh token may pass: it has other times, another id and maybe another key. */
const MENDED_BY_A_FRESH_TOKEN: ReadonlySet<string | undefined> = new Set([
  'token_expired',
  'token_issued_in_future',
  'token_not_yet_valid',
  'token_revoked',
  'token_bad_signature',
  'token_certificate_mismatch',
  'token_certificate_required',
  undefined,
]);

interface HeldToken {
  readonly token: string;
  /** Of the certificate that it is bound to. */
  readonly boundTo: string | undefined;
  readonly askedAtMs: number;
  /** By the local clock, which need not agree with the issuer's: only the length of a life is taken from it. */
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/**
 * Presents tokens of an issuer. From half life on, the next request starts a renewal and does not wait for it; while
 * renewals fail, the old token is presented as long as it lives. Without a living token every request asks the issuer,
 * and all that overlap wait for one answer: when the issuer is back, so is the worker.
 */
export function issuerCredentialSource(options: IssuerCredentialSourceOptions): CredentialSource {
  const { fetchToken, clock = systemClock, random = Math.random, onWarning } = options;
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  let held: HeldToken | undefined;
  let fetching: Promise<HeldToken> | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  /** The control plane has refused the held token: presented only while there is no other. */
  let doubted = false;

  function renew(): Promise<HeldToken> {
    fetching ??= fetchHeld().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  /** The certificate may have changed while the issuer was asked over a connection with the one before. */
  async function renewPresentable(): Promise<HeldToken> {
    const token = await renew();
    return isPresentable(token) ? token : renew();
  }

  async function fetchHeld(): Promise<HeldToken> {
    const askedAtMs = clock().getTime();
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      held = heldFrom(await unlessAborted(fetchToken(signal), signal), askedAtMs);
      doubted = false;
      return held;
    } catch (error) {
      failedAtMs = clock().getTime();
      const failure = unavailable(error, timeoutMs);
      onWarning?.(failure.message);
      throw failure;
    }
  }

  function heldFrom({ token, issuedAt, expiresAt }: IssuedToken, askedAtMs: number): HeldToken {
    const lifeMs = expiresAt.getTime() - issuedAt.getTime();
    if (!(lifeMs > 0)) {
      throw new CredentialError('credential_unavailable', 'the issuer gave a token that has no life');
    }
    const text = tokenOf(token, 'what the issuer gave');
    return {
      token: text,
      boundTo: bindingOf(text),
      askedAtMs,
      renewAtMs: askedAtMs + lifeMs * (0.5 + JITTER * random()),
      endsAtMs: askedAtMs + lifeMs,
    };
  }

  function isPresentable({ boundTo }: HeldToken): boolean {
    return boundTo === undefined || boundTo === options.certificateThumbprint?.();
  }

  return {
    describe: () => 'token issuer',
    async credential(signal) {
      signal?.throwIfAborted();
      const nowMs = clock().getTime();
      const living = held !== undefined && nowMs < held.endsAtMs && isPresentable(held) ? held : undefined;
      const mayAsk = isPast(failedAtMs, nowMs);
      if (living === undefined) return tokenOnly(await unlessAborted(renewPresentable(), signal));
      if (doubted && mayAsk) {
        // The refusal may have been one control plane's alone.
        return tokenOnly(await unlessAborted(renew(), signal).catch(() => living));
      }
      // Whoever waits is told of a failure; nobody waits for this one.
      const due = nowMs >= living.renewAtMs || nowMs < living.askedAtMs;
      if (due && mayAsk) renew().catch(() => undefined);
      return tokenOnly(living);
    },
    refused(reason, token) {
      if (!MENDED_BY_A_FRESH_TOKEN.has(reason)) return false;
      if (held === undefined || (token !== undefined && token !== held.token)) return true;
      if (!isPresentable(held)) return true;
      const nowMs = clock().getTime();
      if (!isPast(refusedAtMs, nowMs)) return false;
      refusedAtMs = nowMs;
      failedAtMs = Number.NEGATIVE_INFINITY;
      doubted = true;
      return true;
    },
  };
}

/** A clock that was set back must not put off what is to happen until it has caught up. */
function isPast(thenMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - thenMs) >= RETRY_MS;
}

/** An issuer may hand out tokens of another kind; what they are bound to is not known. */
function bindingOf(token: string): string | undefined {
  try {
    return inspectWorkerToken(token).certificateThumbprint;
  } catch (error) {
    if (error instanceof WorkerTokenError) return undefined;
    throw error;
  }
}

function tokenOnly({ token }: HeldToken): { readonly token: string } {
  return { token };
}

function unavailable(error: unknown, timeoutMs: number): CredentialError {
  if (error instanceof CredentialError) return error;
  const why =
    error instanceof Error && error.name === 'TimeoutError'
      ? `no answer within ${timeoutMs} ms`
      : error instanceof Error
        ? error.message
        : 'unknown failure';
  return new CredentialError('credential_unavailable', `the issuer gave no token: ${why}`, { cause: error });
}

/** Rejects as soon as the signal fires, whether or not the work minds it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
