export const AUDIT_CATEGORIES = ['admin', 'operation', 'authentication', 'policy', 'system'] as const;

export type AuditCategory = (typeof AUDIT_CATEGORIES)[number];

export const AUDIT_PHASES = ['intent', 'outcome'] as const;

/** `intent`: somebody is let in to do it. `outcome`: what came of it, or of what was not announced. */
export type AuditPhase = (typeof AUDIT_PHASES)[number];

export const AUDIT_OUTCOMES = ['success', 'denied', 'failure'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** One record of a chain, as it is hashed, exported and verified. */
export interface AuditRecord {
  /** Of this form. */
  readonly version: 1;
  /** Whose chain: the tenant acted on; '' is the platform. */
  readonly tenant: string;
  /** Position in the chain, from 1 on, without a gap. */
  readonly sequence: number;
  readonly event_id: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  readonly category: AuditCategory;
  readonly phase: AuditPhase;
  /** On an outcome: the `event_id` of its intent; '' when it has none. */
  readonly intent_id: string;
  readonly actor_kind: string;
  readonly actor_id: string;
  /** The tenant that the credential belongs to; '' for none. */
  readonly actor_tenant: string;
  readonly credential_id: string;
  /** Such as `sandbox.spawn`. */
  readonly action: string;
  /** Kind and id, such as `sandbox:sb-1`; '' when it has none yet. */
  readonly resource: string;
  /** '' on an intent. */
  readonly outcome: AuditOutcome | '';
  /** Why it was denied or failed. */
  readonly reason: string;
  /** HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly request_id: string;
  readonly source_address: string;
  readonly user_agent: string;
  readonly duration_ms: number;
  readonly detail: Readonly<Record<string, unknown>>;
  /** `hash` of the record before; 64 zeros for the first. */
  readonly prev_hash: string;
  /** SHA-256 in hex over all other members. */
  readonly hash: string;
}

/** A record that has no place in a chain yet. */
export type UnchainedRecord = Omit<AuditRecord, 'sequence' | 'prev_hash' | 'hash'>;
