import { presentMembers } from './json-encoding.js';
import {
  parseRevocationFeed,
  REVOCATION_FEED_SCHEMA,
  REVOCATION_VERSION,
  type RevocationFeed,
  type RevocationFeedWire,
  revocationFeedToWire,
} from './revocation-feed.js';
import { formatTimeInSeconds, parseTime } from './rfc3339.js';
import { type Checked, schemaCheck } from './schema-check.js';

/** A sandbox that a worker holds, with the highest generation of its lease that it knows. */
export interface HeldSandbox {
  readonly id: string;
  readonly generation: number;
}

/** What a worker offers, in the names of the wire. Members other than these are kept. */
export interface WorkerCapacity {
  readonly max_sandboxes?: number;
  readonly rpc_url?: string;
  readonly preview_domain?: string;
  readonly [name: string]: unknown;
}

export interface Heartbeat {
  readonly hostname: string;
  /** `online`, `draining`, or any other word, which is not scheduled. */
  readonly status: string;
  /** Null: not said, which the reference takes for all. */
  readonly providers: readonly string[] | null;
  readonly capabilities: readonly string[];
  readonly capacity: WorkerCapacity;
  /** Names one run of the worker process. Undefined from a reference worker. */
  readonly instanceId?: string | undefined;
  /** What the worker holds. Undefined from a reference worker: unknown. */
  readonly sandboxes?: readonly HeldSandbox[] | undefined;
  /** The version of the revocations that the worker has in force. Undefined: none yet. */
  readonly revocationVersion?: number | undefined;
}

/** What the control plane knows about a worker. */
export interface WorkerRecord {
  readonly id: string;
  readonly hostname: string;
  readonly status: string;
  readonly providers: readonly string[] | null;
  readonly capabilities: readonly string[];
  readonly capacity: Readonly<Record<string, unknown>>;
  readonly lastHeartbeatAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly stale: boolean;
}

/** What the control plane answers. */
export interface HeartbeatDirective {
  readonly worker: WorkerRecord;
  /** When the next heartbeat is expected, in milliseconds from now. */
  readonly nextHeartbeatMs: number;
  /** For how long leases are to be renewed, each when half of its time is over; undefined: not at all. */
  readonly leaseTtlMs?: number | undefined;
  /** Take no new sandboxes. */
  readonly drain: boolean;
  /** Sandboxes that are not the worker's any more and must be destroyed. */
  readonly release: readonly string[];
  /** The revocations in force; they are sent when the worker has another version of them. */
  readonly revocations?: RevocationFeed | undefined;
}

/** What a worker reads in the answer. A reference control plane says none of it. */
export interface HeartbeatReply {
  readonly serverTime?: Date | undefined;
  readonly nextHeartbeatMs?: number | undefined;
  /** For how long leases are to be renewed, each when half of its time is over; undefined: not at all. */
  readonly leaseTtlMs?: number | undefined;
  readonly drain: boolean;
  readonly release: readonly string[];
  /** The whole list, to be put in force in place of the one before. Undefined: nothing has changed. */
  readonly revocations?: RevocationFeed | undefined;
}

interface HeartbeatWire {
  readonly hostname?: string;
  readonly status?: string;
  readonly providers?: readonly string[];
  readonly capabilities?: readonly string[];
  readonly capacity?: Readonly<Record<string, unknown>>;
  readonly instance_id?: string;
  readonly sandboxes?: readonly HeldSandbox[];
  readonly revocation_version?: number;
}

const WORD = { type: 'string', maxLength: 256 };
const WORDS = { type: 'array', maxItems: 256, items: WORD };

const checkHeartbeat = schemaCheck<HeartbeatWire>({
  type: 'object',
  properties: {
    hostname: WORD,
    status: WORD,
    providers: WORDS,
    capabilities: WORDS,
    capacity: { type: 'object' },
    instance_id: WORD,
    sandboxes: {
      type: 'array',
      maxItems: 10_000,
      items: {
        type: 'object',
        required: ['id', 'generation'],
        properties: {
          id: { type: 'string', minLength: 1, maxLength: 128 },
          generation: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        },
      },
    },
    revocation_version: REVOCATION_VERSION,
  },
});

/** Reads the body of a heartbeat; every member may be missing. */
export function parseHeartbeat(body: unknown): Checked<Heartbeat> {
  const checked = checkHeartbeat(presentMembers(body) ?? body);
  if (!checked.ok) return checked;
  const wire = checked.value;
  return {
    ok: true,
    value: {
      hostname: (wire.hostname ?? '').trim(),
      status: (wire.status ?? '').trim() || 'online',
      providers: wire.providers ?? null,
      capabilities: wire.capabilities ?? [],
      capacity: capacityOf(wire.capacity ?? {}),
      ...(wire.instance_id ? { instanceId: wire.instance_id } : {}),
      ...(wire.sandboxes === undefined ? {} : { sandboxes: wire.sandboxes.map(heldSandbox) }),
      ...(wire.revocation_version === undefined ? {} : { revocationVersion: wire.revocation_version }),
    },
  };
}

function heldSandbox({ id, generation }: HeldSandbox): HeldSandbox {
  return { id, generation };
}

/** A known member of a wrong type counts as absent; the others still count. */
function capacityOf(document: Readonly<Record<string, unknown>>): WorkerCapacity {
  const { max_sandboxes, rpc_url, preview_domain, ...rest } = document;
  return {
    ...rest,
    ...(isCount(max_sandboxes) ? { max_sandboxes } : {}),
    ...(typeof rpc_url === 'string' ? { rpc_url } : {}),
    ...(typeof preview_domain === 'string' ? { preview_domain } : {}),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export function heartbeatToWire(heartbeat: Heartbeat): HeartbeatWire {
  const { hostname, status, providers, capabilities, capacity, instanceId, sandboxes, revocationVersion } =
    heartbeat;
  return {
    hostname,
    status,
    ...(providers === null ? {} : { providers }),
    capabilities,
    capacity,
    ...(instanceId === undefined ? {} : { instance_id: instanceId }),
    ...(sandboxes === undefined ? {} : { sandboxes: sandboxes.map(heldSandbox) }),
    ...(revocationVersion === undefined ? {} : { revocation_version: revocationVersion }),
  };
}

/** @param knownVersion the version of the revocations that the worker has */
export function directiveToWire(
  directive: HeartbeatDirective,
  serverTime: string,
  knownVersion: number | undefined,
): Record<string, unknown> {
  const { worker, revocations } = directive;
  return {
    id: worker.id,
    hostname: worker.hostname,
    status: worker.status,
    providers: worker.providers,
    capabilities: worker.capabilities,
    capacity: worker.capacity,
    last_heartbeat: formatTimeInSeconds(worker.lastHeartbeatAt),
    created_at: formatTimeInSeconds(worker.createdAt),
    updated_at: formatTimeInSeconds(worker.updatedAt),
    stale: worker.stale,
    server_time: serverTime,
    next_heartbeat_ms: Math.round(directive.nextHeartbeatMs),
    ...(directive.leaseTtlMs === undefined ? {} : { lease_ttl_ms: Math.round(directive.leaseTtlMs) }),
    drain: directive.drain,
    release: directive.release,
    ...(revocations === undefined || revocations.version === knownVersion
      ? {}
      : { revocations: revocationFeedToWire(revocations) }),
  };
}

const checkReply = schemaCheck<{
  readonly server_time?: string;
  readonly next_heartbeat_ms?: number;
  readonly lease_ttl_ms?: number;
  readonly drain?: boolean;
  readonly release?: readonly string[];
  readonly revocations?: RevocationFeedWire;
}>({
  type: 'object',
  properties: {
    server_time: { type: 'string' },
    next_heartbeat_ms: { type: 'number', minimum: 0 },
    lease_ttl_ms: { type: 'number', minimum: 1 },
    drain: { type: 'boolean' },
    release: { type: 'array', items: { type: 'string' } },
    revocations: REVOCATION_FEED_SCHEMA,
  },
});

export function parseHeartbeatReply(body: unknown): Checked<HeartbeatReply> {
  const checked = checkReply(presentMembers(body) ?? body);
  if (!checked.ok) return checked;
  const wire = checked.value;
  const revocations = wire.revocations === undefined ? undefined : parseRevocationFeed(wire.revocations);
  if (revocations?.ok === false) return revocations;
  return {
    ok: true,
    value: {
      serverTime: parseTime(wire.server_time ?? ''),
      nextHeartbeatMs: wire.next_heartbeat_ms,
      ...(wire.lease_ttl_ms === undefined ? {} : { leaseTtlMs: wire.lease_ttl_ms }),
      drain: wire.drain ?? false,
      release: wire.release ?? [],
      ...(revocations === undefined ? {} : { revocations: revocations.value }),
    },
  };
}
