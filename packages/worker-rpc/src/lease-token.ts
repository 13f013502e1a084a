import type { LeaseFence } from './lease-fence.js';
import { formatTime, parseTime } from './rfc3339.js';

/** A lease on the wire. */
export interface LeaseTokenWire {
  readonly resource_id: string;
  readonly holder_id: string;
  readonly generation: number;
  readonly expires_at: string;
}

/** The right of one worker to hold one resource until a time. The generation grows with every change of it. */
export interface LeaseToken {
  readonly resourceId: string;
  readonly holderId: string;
  readonly generation: number;
  readonly expiresAt: Date;
}

export const LEASE_SCHEMA = {
  type: 'object',
  properties: {
    resource_id: { type: 'string', maxLength: 256 },
    holder_id: { type: 'string', maxLength: 256 },
    generation: {
      type: 'integer',
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    },
    expires_at: { type: 'string', maxLength: 64 },
  },
} as const;

/** Reads a lease of which any member may be missing: a missing time has passed, a missing generation is too low. */
export function leaseFromWire(wire: Partial<LeaseTokenWire>): LeaseToken {
  return {
    resourceId: (wire.resource_id ?? '').trim(),
    holderId: (wire.holder_id ?? '').trim(),
    generation: wire.generation ?? 0,
    expiresAt: parseTime(wire.expires_at ?? '') ?? new Date(0),
  };
}

export function leaseToWire(lease: LeaseToken): LeaseTokenWire {
  return {
    resource_id: lease.resourceId,
    holder_id: lease.holderId,
    generation: lease.generation,
    expires_at: formatTime(lease.expiresAt),
  };
}

export interface LeaseRefusal {
  readonly message: string;
  readonly reason: string;
}

export interface LeaseExpectation {
  readonly workerId: string;
  /** What the lease must be on. */
  readonly resourceId: string;
  readonly request: 'spawn' | 'destroy' | 'renewal';
  readonly fence: LeaseFence;
  readonly now: Date;
}

/**
 * Checks a lease in the order of worker protocol 4.8 and, last, against the fence, which remembers its generation.
 * Undefined when the lease holds.
 */
export function refuseLease(lease: LeaseToken, expected: LeaseExpectation): LeaseRefusal | undefined {
  if (lease.holderId !== expected.workerId) {
    return { message: 'lease holder does not match worker', reason: 'lease_holder_mismatch' };
  }
  if (lease.resourceId === '') {
    return { message: 'lease resource is required', reason: 'lease_resource_missing' };
  }
  if (lease.expiresAt < expected.now) {
    return { message: 'lease token is expired', reason: 'lease_expired' };
  }
  if (lease.resourceId !== expected.resourceId) {
    return {
      message: `lease resource does not match ${expected.request} request`,
      reason: 'lease_resource_mismatch',
    };
  }
  if (!expected.fence.accept(lease.resourceId, lease.generation)) {
    return {
      message: 'lease generation is lower than one that this worker has seen',
      reason: 'lease_fenced',
    };
  }
  return undefined;
}
