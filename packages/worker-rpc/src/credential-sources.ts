import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { keyFingerprint, mintWorkerToken, type WorkerScope, WorkerTokenError } from '@stacyvm/token';
import { type Clock, systemClock } from './clock.js';
import { CredentialError, type CredentialErrorCode } from './errors.js';

/** Where a worker gets what it presents to the control plane. */
export interface CredentialSource {
  /** For logs: the kind of source and its name, never a secret. */
  describe(): string;
  /**
   * The token to present now.
   *
   * @throws CredentialError
   */
  credential(signal?: AbortSignal): Promise<{ readonly token: string }>;
}

export interface KeyCredentialSourceOptions {
  /** The worker's derived key, or a master key. */
  readonly key: string | Uint8Array;
  readonly workerId: string;
  readonly clock?: Clock | undefined;
}

const LIFETIME_SECONDS = 300;
const SCOPES: readonly WorkerScope[] = ['worker:heartbeat', 'worker:lease'];

/**
 * Signs tokens of five minutes for the control plane, with the scopes for heartbeats and leases, and signs the next
 * one at half life.
 *
 * @throws CredentialError `credential_unusable` for a weak key or a bad worker id
 */
export function keyCredentialSource(options: KeyCredentialSourceOptions): CredentialSource {
  const { key, workerId, clock = systemClock } = options;
  const mint = () => {
    try {
      return mintWorkerToken({
        key,
        workerId,
        audience: 'worker:control-plane',
        ttlSeconds: LIFETIME_SECONDS,
        scopes: SCOPES,
        now: clock(),
      });
    } catch (error) {
      if (!(error instanceof WorkerTokenError)) throw error;
      throw new CredentialError('credential_unusable', `cannot sign worker tokens: ${error.message}`);
    }
  };
  let current = mint();
  return {
    describe: () => `signing key ${keyFingerprint(key)}`,
    async credential() {
      const { issuedAt, expiresAt } = current.claims;
      const now = clock().getTime();
      const halfLife = (issuedAt.getTime() + expiresAt.getTime()) / 2;
      // A clock that was set back makes the token one of the future, which nobody accepts.
      if (now >= halfLife || now < issuedAt.getTime()) current = mint();
      return { token: current.token };
    },
  };
}

/** Presents a token that was given once. */
export function staticCredentialSource(options: { readonly token: string }): CredentialSource {
  const token = tokenOf(options.token, 'the static token');
  return {
    describe: () => 'static token',
    credential: () => Promise.resolve({ token }),
  };
}

const MAX_FILE_BYTES = 16 * 1024;

/** Reads a token file for every request, so that whoever writes it may replace it at any time. */
export function fileCredentialSource(options: { readonly path: string }): CredentialSource {
  const { path } = options;
  return {
    describe: () => `token file ${path}`,
    async credential(signal) {
      signal?.throwIfAborted();
      return { token: tokenOf(await readTokenFile(path), `token file ${path}`) };
    },
  };
}

async function readTokenFile(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // Non-blocking: opening a named pipe that nobody writes to would never end.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) {
      throw new CredentialError('credential_unreadable', `token file ${path} is not a regular file`);
    }
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_FILE_BYTES + 1), 0, MAX_FILE_BYTES + 1, 0);
    if (bytesRead > MAX_FILE_BYTES) {
      throw new CredentialError('credential_too_large', `token file ${path} is larger than 16 KiB`);
    }
    return buffer.subarray(0, bytesRead).toString('utf8');
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    const [code, problem] = problemOf(error);
    throw new CredentialError(code, `token file ${path} ${problem}`);
  } finally {
    await file?.close();
  }
}

function problemOf(error: unknown): readonly [CredentialErrorCode, string] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') return ['credential_missing', 'does not exist'];
  return ['credential_unreadable', `cannot be read (${code})`];
}

/** A token is one word of printable ASCII: anything else could not be sent in a header. */
function tokenOf(text: string, source: string): string {
  const token = text.trim();
  if (token === '') throw new CredentialError('credential_empty', `${source} is empty`);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new CredentialError('credential_malformed', `${source} does not hold one token of printable ASCII`);
  }
  return token;
}
