import { type Clock, systemClock } from '../clock.js';
import { TlsMaterialError } from '../errors.js';
import { type RpcLogger, silentLogger } from '../logger.js';
import {
  parseTlsMaterial,
  readTlsFiles,
  type TlsCertificate,
  type TlsFileContents,
  type TlsFiles,
  type TlsMaterial,
} from './tls-files.js';

export interface TlsCredentialsOptions {
  readonly logger?: RpcLogger | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds between looks at the content of the files, by default a second. */
  readonly pollMs?: number | undefined;
  /** Told once of each content that is not taken. */
  readonly onError?: ((error: TlsMaterialError) => void) | undefined;
}

/** Certificates, keys and roots from files, as they are at the moment. */
export interface TlsCredentials {
  /** What is in force; another object after each change. */
  current(): TlsMaterial;
  /** The certificates in force, for metrics. */
  certificates(): readonly TlsCertificate[];
  /** Why what the files hold now is not in force; undefined when it is. */
  lastError(): TlsMaterialError | undefined;
  /** Calls `listener` after each change. What it returns ends that. */
  onChange(listener: () => void): () => void;
  /** Looks at the files now, as on SIGHUP. */
  reload(): void;
  /** Stops looking. */
  close(): void;
}

const DEFAULT_POLL_MS = 1_000;

/**
 * Reads the files and looks again at their content each second, so that mounted secrets, whose links are switched, are
 * seen as well. Files that are not usable change nothing and are reported once: those before stay in force. So does a
 * certificate that is not valid now, while the one before is.
 *
 * @throws TlsMaterialError when the files are not usable at the beginning
 */
export function openTlsCredentials(files: TlsFiles, options: TlsCredentialsOptions = {}): TlsCredentials {
  const { logger = silentLogger, clock = systemClock } = options;
  const listeners = new Set<() => void>();
  let seen = readTlsFiles(files);
  let current = parseTlsMaterial(files, seen);
  let error: TlsMaterialError | undefined;
  let reported: string | undefined;
  let suspected: string | undefined;
  const outdated = validityProblem(current);
  if (outdated !== undefined) logger.warn('TLS certificate in use is not valid now', { problem: outdated });

  function validityProblem({ validity }: TlsMaterial): string | undefined {
    const now = clock();
    if (validity === undefined) return undefined;
    const path = files.identity?.certFile ?? '';
    if (validity.notAfter < now) return `${path} has expired at ${validity.notAfter.toISOString()}`;
    if (validity.notBefore > now) return `${path} is not valid before ${validity.notBefore.toISOString()}`;
    return undefined;
  }

  function take(contents: TlsFileContents): void {
    const next = parseTlsMaterial(files, contents);
    const problem = validityProblem(next);
    if (problem !== undefined) {
      if (validityProblem(current) === undefined) {
        throw new TlsMaterialError('certificate_not_valid_now', `${problem}; check the file and the clock`);
      }
      logger.warn('TLS certificate in use is not valid now', { problem });
    }
    seen = contents;
    current = next;
    logger.debug('TLS files changed', {
      certificates: next.certificates.map(({ kind, fingerprint256 }) => `${kind} ${fingerprint256}`),
    });
    for (const listener of listeners) listener();
  }

  function look(reportAtOnce: boolean): void {
    let contents: TlsFileContents | undefined;
    try {
      contents = readTlsFiles(files);
      if (!isSame(contents, seen)) take(contents);
      error = undefined;
      reported = undefined;
      suspected = undefined;
    } catch (failure) {
      if (!(failure instanceof TlsMaterialError)) throw failure;
      error = failure;
      const what = JSON.stringify([failure.message, contents]);
      // A pair of files is replaced one after the other: what is half done at this look is done at the next.
      if (reportAtOnce || suspected === what) report(failure, what);
      suspected = what;
    }
  }

  function report(failure: TlsMaterialError, what: string): void {
    if (reported === what) return;
    reported = what;
    logger.error('TLS files not taken; those before stay in force', {
      code: failure.code,
      problem: failure.message,
    });
    options.onError?.(failure);
  }

  const timer = setInterval(() => look(false), options.pollMs ?? DEFAULT_POLL_MS).unref();
  return {
    current: () => current,
    certificates: () => current.certificates,
    lastError: () => error,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reload: () => look(true),
    close: () => clearInterval(timer),
  };
}

function isSame(a: TlsFileContents, b: TlsFileContents): boolean {
  return a.cert === b.cert && a.key === b.key && a.authorities === b.authorities;
}
