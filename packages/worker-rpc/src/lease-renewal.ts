import { DurationError, parseDuration } from '@stacyvm/duration';
import { presentMembers } from './json-encoding.js';
import { LEASE_SCHEMA, type LeaseToken, type LeaseTokenWire, leaseFromWire } from './lease-token.js';
import { type Checked, schemaCheck } from './schema-check.js';

export interface LeaseRenewal {
  readonly ttlMs: number;
  /** The generation that the worker knows; to be compared when given. */
  readonly generation?: number | undefined;
}

/** `reason` of a body that is no renewal. */
export type LeaseRenewalProblem = 'invalid_body' | 'invalid_ttl' | 'ttl_too_long';

export type ParsedLeaseRenewal =
  | { readonly ok: true; readonly value: LeaseRenewal }
  | { readonly ok: false; readonly reason: LeaseRenewalProblem; readonly message: string };

const checkRenewal = schemaCheck<{ readonly ttl?: string; readonly generation?: number }>({
  type: 'object',
  properties: {
    ttl: { type: 'string' },
    generation: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  },
});

/** Reads `{"ttl":"30s"}` (worker protocol 4.2). */
export function parseLeaseRenewal(body: unknown, maxTtlMs: number): ParsedLeaseRenewal {
  const checked = checkRenewal(presentMembers(body) ?? body);
  if (!checked.ok) return { ok: false, reason: 'invalid_body', message: 'invalid request body' };
  const { ttl = '', generation } = checked.value;
  const ttlMs = durationOf(ttl.trim());
  if (!(ttlMs > 0)) return { ok: false, reason: 'invalid_ttl', message: 'ttl must be a positive duration' };
  if (ttlMs > maxTtlMs) return { ok: false, reason: 'ttl_too_long', message: 'ttl is longer than allowed' };
  return { ok: true, value: { ttlMs, ...(generation === undefined ? {} : { generation }) } };
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return Number.NaN;
    throw error;
  }
}

const checkReply = schemaCheck<{ readonly lease: Partial<LeaseTokenWire> }>({
  type: 'object',
  required: ['lease'],
  properties: { lease: LEASE_SCHEMA },
});

export function parseLeaseReply(body: unknown): Checked<LeaseToken> {
  const checked = checkReply(body);
  return checked.ok ? { ok: true, value: leaseFromWire(checked.value.lease) } : checked;
}
