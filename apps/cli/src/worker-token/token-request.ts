import {
  isTokenId,
  isWorkerId,
  isWorkerScope,
  MAX_TOKEN_LIFETIME_SECONDS,
  WORKER_SCOPES,
  type WorkerAudience,
  type WorkerScope,
} from '@stacyvm/token';
import { CommandFailure } from '../failure.js';
import { formatSeconds, wholeSecondsOf } from './duration-option.js';

export interface TokenArguments {
  readonly workerId: string;
  readonly audience: WorkerAudience;
  readonly ttl: string;
  readonly tokenId: string | undefined;
  readonly notBefore: string;
  readonly scope: readonly string[];
}

/** What a token shall say. */
export interface TokenRequest {
  readonly workerId: string;
  readonly audience: WorkerAudience;
  readonly ttlSeconds: number;
  readonly tokenId: string | undefined;
  readonly scopes: readonly WorkerScope[];
  readonly now: Date;
  readonly notBefore: Date | undefined;
}

/** Reads the arguments, so that wrong ones are refused before any key is. */
export function tokenRequest(args: TokenArguments, nowMs = Date.now()): TokenRequest {
  const ttlSeconds = tokenTtlSeconds(args.ttl);
  const delaySeconds = wholeSecondsOf('not-before', args.notBefore);
  if (delaySeconds >= ttlSeconds) {
    throw new CommandFailure('--not-before must be shorter than --ttl; the token could never be used', 2);
  }
  if (args.tokenId !== undefined && !isTokenId(args.tokenId)) {
    throw new CommandFailure('--token-id must be 1 to 128 printable ASCII characters, none of space " \\', 2);
  }
  // Whole seconds: iat is rounded down and nbf up, and the two must not drift apart.
  const now = new Date(Math.floor(nowMs / 1000) * 1000);
  return {
    workerId: workerIdArgument(args.workerId),
    audience: args.audience,
    ttlSeconds,
    tokenId: args.tokenId,
    scopes: scopesOf(args.scope),
    now,
    notBefore: delaySeconds === 0 ? undefined : new Date(now.getTime() + delaySeconds * 1000),
  };
}

/** Seconds of `--ttl`, within what a token may live. */
export function tokenTtlSeconds(text: string): number {
  const seconds = wholeSecondsOf('ttl', text);
  if (seconds < 1 || seconds > MAX_TOKEN_LIFETIME_SECONDS) {
    throw new CommandFailure(
      `--ttl must be positive and at most ${formatSeconds(MAX_TOKEN_LIFETIME_SECONDS)}`,
      2,
    );
  }
  return seconds;
}

/** A worker id in its grammar. */
export function workerIdArgument(text: string): string {
  if (isWorkerId(text)) return text;
  throw new CommandFailure(
    'a worker id is a letter or digit, then up to 127 letters, digits, ".", "_" and "-"',
    2,
  );
}

function scopesOf(texts: readonly string[]): readonly WorkerScope[] {
  return texts.map((text, index) => {
    if (!isWorkerScope(text)) {
      throw new CommandFailure(`--scope must be one of ${WORKER_SCOPES.join(', ')}`, 2);
    }
    if (texts.indexOf(text) !== index) throw new CommandFailure(`--scope ${text} is given twice`, 2);
    return text;
  });
}
