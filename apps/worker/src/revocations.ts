import type { Logger } from '@stacyvm/logging';
import { isTokenId, isWorkerId, type RevocationCheck } from '@stacyvm/token';
import { createRevocationList, type RevocationEntry, type RevocationFeed } from '@stacyvm/worker-rpc';
import { PrivateFileError, readPrivateFile, stagePrivateFile } from './private-file.js';

export interface WorkerRevocationsOptions {
  /** Where the list is kept for the next start. */
  readonly path: string;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** What is revoked, as far as this worker knows: what the control plane told, and what its own settings say. */
export interface WorkerRevocations {
  /** What was told in this run: a list that is only remembered may be that of another control plane. */
  readonly version: number | undefined;
  readonly isRevoked: RevocationCheck;
  /** Whether no credential for the worker counts now, whatever it is. */
  isWorkerRevoked(workerId: string, at: Date): boolean;
  /** Takes the token ids that the settings name. */
  configure(tokenIds: readonly string[]): void;
  /** Puts the list of the control plane in force, in place of the one before. */
  replace(feed: RevocationFeed): void;
  /** Keeps the list for the next start; a failure is logged, and the next call tries again. */
  save(): Promise<void>;
}

const SNAPSHOT_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Begins with the list that was kept last. When that cannot be read, every token counts as revoked until the control
 * plane tells its list: what was revoked must not come back by a broken file.
 */
export function openWorkerRevocations({ path, logger }: WorkerRevocationsOptions): WorkerRevocations {
  const list = createRevocationList();
  let configured: ReadonlySet<string> = new Set();
  let version: number | undefined;
  let unsaved: RevocationFeed | undefined;
  let unknown = false;
  try {
    const kept = readSnapshot(path);
    if (kept !== undefined) {
      list.replace(kept.version, kept.entries);
      logger.info('revocations kept from an earlier run are in force', { revocations: list.size });
    }
  } catch (error) {
    unknown = true;
    logger.error(
      'kept revocations cannot be read; no signed token is accepted until the control plane tells',
      {
        error,
      },
    );
  }

  return {
    get version() {
      return version;
    },
    isRevoked: (query) =>
      unknown || (query.tokenId !== undefined && configured.has(query.tokenId)) || list.isRevoked(query),
    isWorkerRevoked: (workerId, at) => unknown || list.isWorkerRevoked(workerId, at),
    configure(tokenIds) {
      configured = new Set(tokenIds);
    },
    replace(feed) {
      list.replace(feed.version, feed.entries);
      version = feed.version;
      unsaved = feed;
      unknown = false;
      logger.info('revocations changed', { version, revocations: list.size });
    },
    async save() {
      const feed = unsaved;
      if (feed === undefined) return;
      try {
        const file = await stagePrivateFile(path);
        await file.commit(`${JSON.stringify({ version: feed.version, entries: feed.entries })}\n`);
        if (unsaved === feed) unsaved = undefined;
      } catch (error) {
        logger.error('revocations are in force but could not be kept; trying again', { error });
      }
    },
  };
}

function readSnapshot(path: string): RevocationFeed | undefined {
  const text = readPrivateFile(path, SNAPSHOT_LIMIT_BYTES);
  if (text === undefined) return undefined;
  const document = decode(text);
  const version = document?.['version'];
  const entries = document?.['entries'];
  if (!Number.isSafeInteger(version) || !Array.isArray(entries)) throw spoiled(path);
  return {
    version: Number(version),
    entries: entries.map((entry: unknown) => {
      const parsed = isRecord(entry) ? parseEntry(entry) : undefined;
      if (parsed === undefined) throw spoiled(path);
      return parsed;
    }),
  };
}

function parseEntry(entry: Readonly<Record<string, unknown>>): RevocationEntry | undefined {
  const { kind, tokenId, workerId, issuedBefore, fingerprint } = entry;
  if (kind === 'token' && isTokenId(tokenId)) return { kind, tokenId };
  if (kind === 'key' && typeof fingerprint === 'string') return { kind, fingerprint };
  if (kind !== 'worker' || !isWorkerId(workerId) || typeof issuedBefore !== 'string') return undefined;
  const moment = new Date(issuedBefore);
  return Number.isNaN(moment.getTime()) ? undefined : { kind, workerId, issuedBefore: moment };
}

function decode(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function spoiled(path: string): PrivateFileError {
  return new PrivateFileError('invalid_content', `${path} does not hold a list of revocations`);
}
