import { PolicyError } from './errors.js';

/** What rules are about. */
export const RESOURCE_TYPES = ['image', 'provider', 'network'] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

export const POLICY_EFFECTS = ['allow', 'deny'] as const;
export type PolicyEffect = (typeof POLICY_EFFECTS)[number];

/** From the mode that binds to those that are on trial: a trial with `audit` rules also has the rules of `enforce` and `warn`. */
export const POLICY_MODES = ['enforce', 'warn', 'audit'] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];

/** Whose word a rule is: that of whoever runs the fleet, or that of a tenant, which can forbid more and never allow more. */
export const POLICY_AUTHORITIES = ['platform', 'tenant'] as const;
export type PolicyAuthority = (typeof POLICY_AUTHORITIES)[number];

/** Rules of a tenant from here on are its own. Those with lower priorities are what the platform says about it. */
export const FIRST_TENANT_PRIORITY = 0;

export interface PolicyRule {
  readonly id: string;
  /** `null`: the rule is global, it applies to every tenant and to requests without one. */
  readonly tenantId: string | null;
  readonly resourceType: ResourceType;
  readonly effect: PolicyEffect;
  /** See `validatePattern`. */
  readonly pattern: string;
  /** An integer; lower ones are read first. See `authorityOf` for those of a tenant. */
  readonly priority: number;
  readonly mode: PolicyMode;
  readonly createdAt: Date;
}

/** 0 binds; a higher rank is further from that. */
export function modeRank(mode: PolicyMode): number {
  return POLICY_MODES.indexOf(mode);
}

/** Whose word a rule is. Who may write rules of a tenant must be kept from priorities below `FIRST_TENANT_PRIORITY`. */
export function authorityOf({
  tenantId,
  priority,
}: Pick<PolicyRule, 'tenantId' | 'priority'>): PolicyAuthority {
  return tenantId !== null && priority >= FIRST_TENANT_PRIORITY ? 'tenant' : 'platform';
}

/**
 * The rules of the platform before those of tenants; of each, lower priority first, then deny before allow, then the oldest, then by
 * id so that the order is total.
 */
export function compareRules(a: PolicyRule, b: PolicyRule): number {
  return (
    POLICY_AUTHORITIES.indexOf(authorityOf(a)) - POLICY_AUTHORITIES.indexOf(authorityOf(b)) ||
    a.priority - b.priority ||
    effectRank(a.effect) - effectRank(b.effect) ||
    a.createdAt.getTime() - b.createdAt.getTime() ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

/**
 * Rules come out of a database, so their fields are checked here once, and copied so that nobody changes them afterwards.
 *
 * @throws PolicyError `invalid_rule`
 */
export function checkedRule(rule: PolicyRule): PolicyRule {
  const { id, tenantId, resourceType, effect, pattern, priority, mode, createdAt } = rule;
  const fail = (why: string) =>
    new PolicyError('invalid_rule', `policy rule: ${why}`, {
      ruleId: typeof id === 'string' ? id : undefined,
    });
  if (typeof id !== 'string' || id === '') throw fail('id must be a text that is not empty');
  if (tenantId !== null && (typeof tenantId !== 'string' || tenantId === '')) {
    throw fail('tenantId must be the id of a tenant, or null for a global rule');
  }
  if (!RESOURCE_TYPES.includes(resourceType)) {
    throw fail(`resourceType must be one of ${RESOURCE_TYPES.join(', ')}`);
  }
  if (!POLICY_EFFECTS.includes(effect)) throw fail(`effect must be one of ${POLICY_EFFECTS.join(', ')}`);
  if (!POLICY_MODES.includes(mode)) throw fail(`mode must be one of ${POLICY_MODES.join(', ')}`);
  if (typeof pattern !== 'string') throw fail('pattern must be a text');
  if (!Number.isSafeInteger(priority)) throw fail('priority must be a whole number');
  if (!(createdAt instanceof Date) || Number.isNaN(createdAt.getTime()))
    throw fail('createdAt must be a time');
  const copy = {
    id,
    tenantId,
    resourceType,
    effect,
    pattern,
    priority,
    mode,
    createdAt: new Date(createdAt),
  };
  return Object.freeze(copy);
}

function effectRank(effect: PolicyEffect): number {
  return effect === 'deny' ? 0 : 1;
}
