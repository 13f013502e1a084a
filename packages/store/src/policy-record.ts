import type { Selectable } from 'kysely';
import { StoreError } from './errors.js';
import { requireId } from './input-rules.js';
import { decodeListPosition, encodeListPosition, invalidCursor } from './page.js';
import { cutText } from './recorded-text.js';
import type { PoliciesTable } from './schema.js';

/** As in `@stacyvm/policy`. */
const POLICY_COLUMNS = {
  resourceType: ['image', 'provider', 'network'],
  effect: ['allow', 'deny'],
  mode: ['enforce', 'warn', 'audit'],
} as const;

/** Stored rules stay between these; what lies below is left to rules from files. */
export const MIN_POLICY_PRIORITY = -1_000_000;
export const MAX_POLICY_PRIORITY = 1_000_000;

/** What can be changed of a rule. */
export interface PolicyContent {
  readonly effect: 'allow' | 'deny';
  /** Whether it is one is for the caller to check; here it is 1 to 512 printable ASCII characters. */
  readonly pattern: string;
  /** `MIN_POLICY_PRIORITY` to `MAX_POLICY_PRIORITY`; lower ones are read first. */
  readonly priority: number;
  readonly mode: 'enforce' | 'warn' | 'audit';
  /** At most 500 characters. */
  readonly description: string;
}

export interface NewPolicy extends PolicyContent {
  /** Null: it applies to everybody. */
  readonly tenantId: string | null;
  readonly resourceType: 'image' | 'provider' | 'network';
  /** Id of the principal. */
  readonly createdBy: string;
}

/** A rule about what may be used, as `PolicyRule` of `@stacyvm/policy`, and where it comes from. */
export interface PolicyRecord extends NewPolicy {
  /** `pl-` and 24 hexadecimal digits. */
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const MAX_DESCRIPTION_LENGTH = 500;

/** @throws StoreError `invalid_input` */
export function policyValues(policy: PolicyContent) {
  const { effect, pattern, priority, mode, description } = policy;
  requireOneOf(effect, 'effect');
  requireOneOf(mode, 'mode');
  if (!/^[!-~]{1,512}$/.test(pattern)) {
    throw invalid('pattern must be 1 to 512 printable ASCII characters without white space');
  }
  if (!Number.isSafeInteger(priority) || priority < MIN_POLICY_PRIORITY || priority > MAX_POLICY_PRIORITY) {
    throw invalid(`priority must be an integer from ${MIN_POLICY_PRIORITY} to ${MAX_POLICY_PRIORITY}`);
  }
  if (
    cutText(description, MAX_DESCRIPTION_LENGTH) !== description ||
    /[\0\p{Surrogate}]/u.test(description)
  ) {
    throw invalid(`description must be a well-formed text of at most ${MAX_DESCRIPTION_LENGTH} characters`);
  }
  return { effect, pattern, priority, mode, description };
}

/** @throws StoreError `invalid_input` */
export function policyScope({ tenantId, resourceType }: Pick<NewPolicy, 'tenantId' | 'resourceType'>) {
  requireOneOf(resourceType, 'resourceType');
  return {
    tenant_id: tenantId === null ? null : requireId(tenantId, 'tenant id'),
    resource_type: resourceType,
  };
}

function requireOneOf(value: string, column: keyof typeof POLICY_COLUMNS): void {
  const allowed: readonly string[] = POLICY_COLUMNS[column];
  if (!allowed.includes(value)) throw invalid(`${column} must be one of ${allowed.join(', ')}`);
}

function invalid(message: string): StoreError {
  return new StoreError('invalid_input', `policy: ${message}`);
}

export function policyNotFound(id: string): StoreError {
  return new StoreError('not_found', `not found: policy "${id}"`);
}

/** The checks of the table hold what the types say. */
export function policyFrom(row: Selectable<PoliciesTable>): PolicyRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    resourceType: row.resource_type as NewPolicy['resourceType'],
    effect: row.effect as PolicyContent['effect'],
    pattern: row.pattern,
    priority: row.priority,
    mode: row.mode as PolicyContent['mode'],
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Where a rule stands in the order of decision. */
export type PolicyPosition = Pick<PolicyRecord, 'priority' | 'effect' | 'createdAt' | 'id'>;

/** The position as the `after` of a list, also of a rule that is not stored here. */
export function policyCursor({ priority, effect, createdAt, id }: PolicyPosition): string {
  return encodeListPosition([String(priority), effect, createdAt.toISOString(), id]);
}

/** @throws StoreError `invalid_input` when the text is no cursor of a list of policies */
export function policyPosition(cursor: string): PolicyPosition {
  const [priority = '', effect, createdAt = '', id = '', ...rest] = decodeListPosition(cursor);
  const at = new Date(createdAt);
  if (
    rest.length > 0 ||
    !/^-?[0-9]{1,9}$/.test(priority) ||
    (effect !== 'allow' && effect !== 'deny') ||
    Number.isNaN(at.getTime()) ||
    id === ''
  ) {
    throw invalidCursor();
  }
  return { priority: Number(priority), effect, createdAt: at, id };
}
