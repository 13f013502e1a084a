import { DurationError, parseDuration } from '@stacyvm/duration';
import { OrchestratorError } from './errors.js';
import { type TimeLimit, tooLong } from './quotas.js';

/** What a caller asks for; what is absent, empty or 0 is taken from the defaults. */
export interface SpawnRequest {
  readonly image?: string | undefined;
  readonly provider?: string | undefined;
  readonly memoryMb?: number | undefined;
  readonly vcpus?: number | undefined;
  /** A duration such as `30m`. */
  readonly ttl?: string | undefined;
  readonly template?: string | undefined;
  /** What the sandbox can reach; `none`, its own loopback alone, unless told. */
  readonly networkMode?: string | undefined;
  readonly ownerId?: string | undefined;
  /** Id of the principal who asks; owns the sandbox when the request names no owner. */
  readonly callerId?: string | undefined;
  /** The tenant that it is spawned in. */
  readonly tenantId?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Labels that the worker must carry, with these values. */
  readonly requirements?: Readonly<Record<string, string>> | undefined;
}

/** A sandbox alone with its own loopback. */
export const NO_NETWORK = 'none';

export interface SpawnDefaults {
  readonly image: string;
  readonly provider: string;
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly ttlMs: number;
  readonly maxTtlMs: number;
}

/** A spawn request with nothing left open. */
export interface ResolvedSpawn {
  readonly image: string;
  readonly provider: string;
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly ttlMs: number;
  readonly networkMode: string;
  /** '' when nobody is known to own it; then no limit of an owner holds. */
  readonly ownerId: string;
  /** '' when it belongs to no tenant. */
  readonly tenantId: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly requirements: Readonly<Record<string, string>>;
}

/** Whose sandbox it will be, and in which tenant. */
export function subjectOf(request: SpawnRequest): { readonly tenantId: string; readonly ownerId: string } {
  return { tenantId: request.tenantId ?? '', ownerId: request.ownerId || request.callerId || '' };
}

/**
 * @param maxTtl what quotas make of the longest life of the defaults
 * @throws OrchestratorError `invalid_duration`, `ttl_too_long`, `quota_exceeded` or `unsupported_field`
 */
export function resolveSpawnRequest(
  request: SpawnRequest,
  defaults: SpawnDefaults,
  maxTtl: TimeLimit = { ms: defaults.maxTtlMs, setBy: 'settings' },
): ResolvedSpawn {
  if (request.template !== undefined && request.template !== '') {
    throw new OrchestratorError('unsupported_field', 'template: this control plane has no templates');
  }
  const ttlMs = requireTtl(
    request.ttl ? positiveDuration('ttl', request.ttl) : Math.min(defaults.ttlMs, maxTtl.ms),
    maxTtl,
  );
  return {
    image: request.image || defaults.image,
    provider: request.provider || defaults.provider,
    memoryMb: request.memoryMb || defaults.memoryMb,
    vcpus: request.vcpus || defaults.vcpus,
    ttlMs,
    ...subjectOf(request),
    networkMode: request.networkMode || NO_NETWORK,
    metadata: request.metadata ?? {},
    requirements: request.requirements ?? {},
  };
}

/** How long a sandbox is to live, in milliseconds. @throws OrchestratorError `invalid_duration`, `ttl_too_long`, `quota_exceeded` */
export function requestedTtl(ttl: string, maxTtl: TimeLimit): number {
  return requireTtl(positiveDuration('ttl', ttl), maxTtl);
}

function requireTtl(ttlMs: number, maxTtl: TimeLimit): number {
  if (ttlMs > maxTtl.ms) throw tooLong('ttl exceeds max ttl', maxTtl, 'ttl_too_long');
  return ttlMs;
}

/**
 * Parses a duration of a request in milliseconds, which must be above zero.
 *
 * @throws OrchestratorError `invalid_duration`, naming the field
 */
export function positiveDuration(field: string, text: string): number {
  try {
    const milliseconds = parseDuration(text);
    if (milliseconds > 0) return milliseconds;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new OrchestratorError('invalid_duration', `${field}: ${error.message}`, { cause: error });
  }
  throw new OrchestratorError('invalid_duration', `${field}: must be above zero`);
}
