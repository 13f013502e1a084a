import { formatDuration } from '@stacyvm/duration';
import type { CredentialUseSummary, WorkerRecord } from '@stacyvm/store';
import type { ListedKeyRole } from '@stacyvm/token';
import { TOKENS_DEAD_AFTER_MS } from '../revocations/revocation-request.js';
import type { LiveKey } from './worker-identity.js';

export interface KeyReportFacts {
  /** The ring, the active key first. */
  readonly keys: ReadonlyArray<Pick<LiveKey, 'role' | 'fingerprint' | 'roleSince'>>;
  readonly uses: ReadonlyArray<Pick<CredentialUseSummary, 'keyFingerprint' | 'lastSeen'>>;
  readonly workers: ReadonlyArray<Pick<WorkerRecord, 'id' | 'credential' | 'lastHeartbeat'>>;
  /** Whether a worker is taken for dead. */
  readonly isStale: (worker: Pick<WorkerRecord, 'lastHeartbeat'>) => boolean;
  readonly isKeyRevoked: (fingerprint: string) => boolean;
  readonly now: Date;
}

/** What is known about a key, and whether it may be removed. */
export interface KeyReport {
  readonly role: ListedKeyRole;
  readonly fingerprint: string;
  readonly roleSince: Date;
  readonly revoked: boolean;
  readonly lastUsed: Date | undefined;
  /** Ids of the workers whose last heartbeat it signed, by itself or by a key derived from it. */
  readonly workers: readonly string[];
  readonly safeToRemove: boolean;
  /** What is missing, or why it may go; for people. */
  readonly why: string;
}

/** How long a key must have been out of use: until then a token that it signed may be alive. */
export const SAFE_AFTER_MS = TOKENS_DEAD_AFTER_MS;

const NAMED_WORKERS = 5;

/** A verdict for each key, never `safe` too early: every doubt is a reason to keep it. */
export function keyReport(facts: KeyReportFacts): readonly KeyReport[] {
  return facts.keys.map(({ role, fingerprint, roleSince }) => {
    const lastUsed = lastUseOf(fingerprint, facts);
    const users = facts.workers.filter(({ credential }) => credential?.keyFingerprint === fingerprint);
    const missing =
      role === 'active'
        ? ['it is the active key']
        : missingFor({ lastUsed, roleSince, users, isStale: facts.isStale, now: facts.now });
    return {
      role,
      fingerprint,
      roleSince,
      revoked: facts.isKeyRevoked(fingerprint),
      lastUsed,
      workers: users.map(({ id }) => id),
      safeToRemove: missing.length === 0,
      why: missing.length > 0 ? missing.join('; ') : whyItMayGo(lastUsed, users),
    };
  });
}

function lastUseOf(fingerprint: string, { uses, workers }: KeyReportFacts): Date | undefined {
  const times = [
    ...uses.filter((use) => use.keyFingerprint === fingerprint).map(({ lastSeen }) => lastSeen),
    // Heartbeats are recorded at once, uses a little later.
    ...workers
      .filter(({ credential }) => credential?.keyFingerprint === fingerprint)
      .map(({ lastHeartbeat }) => lastHeartbeat),
  ].map((time) => time.getTime());
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

function missingFor(key: {
  readonly lastUsed: Date | undefined;
  readonly roleSince: Date;
  readonly users: KeyReportFacts['workers'];
  readonly isStale: KeyReportFacts['isStale'];
  readonly now: Date;
}): readonly string[] {
  const { lastUsed, roleSince, now } = key;
  const using = key.users.filter((worker) => !key.isStale(worker)).map(({ id }) => id);
  const unusedMs = lastUsed === undefined ? Number.POSITIVE_INFINITY : now.getTime() - lastUsed.getTime();
  const inRoleMs = now.getTime() - roleSince.getTime();
  const safeAfter = formatDuration(SAFE_AFTER_MS);
  return [
    ...(using.length === 0 ? [] : [`${named(using)} still use${using.length === 1 ? 's' : ''} it`]),
    ...(unusedMs >= SAFE_AFTER_MS ? [] : [`it was used ${ago(unusedMs)} ago, not ${safeAfter} or longer`]),
    ...(inRoleMs >= SAFE_AFTER_MS
      ? []
      : [`it has only verified on this control plane for ${ago(inRoleMs)}, not ${safeAfter} or longer`]),
  ];
}

function whyItMayGo(lastUsed: Date | undefined, users: KeyReportFacts['workers']): string {
  const unused = lastUsed === undefined ? 'nobody used it' : `nobody used it since ${lastUsed.toISOString()}`;
  if (users.length === 0) return unused;
  return `${unused}; ${named(users.map(({ id }) => id))} used it last and would need another key to come back`;
}

function named(ids: readonly string[]): string {
  const more = ids.length - NAMED_WORKERS;
  const listed = ids.slice(0, NAMED_WORKERS).join(', ');
  return more > 0 ? `${listed} and ${more} more` : listed;
}

function ago(milliseconds: number): string {
  return formatDuration(Math.max(Math.floor(milliseconds / 1000), 0) * 1000);
}
