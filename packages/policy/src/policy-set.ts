import { type CompiledRule, compileRules } from './compiled-rule.js';
import {
  authorityOf,
  modeRank,
  POLICY_AUTHORITIES,
  type PolicyAuthority,
  type PolicyRule,
  RESOURCE_TYPES,
  type ResourceType,
} from './policy-rule.js';
import { policyVersion } from './policy-version.js';

/** The rules of one type that apply to one tenant, in the order of decision. */
export interface RuleList {
  readonly rules: readonly CompiledRule[];
  /** The same, apart: both must allow. */
  readonly parts: readonly RulesOfAuthority[];
}

/** The rules of one type and one authority. */
export interface RulesOfAuthority {
  readonly authority: PolicyAuthority;
  readonly rules: readonly CompiledRule[];
  /** The lowest rank of a mode that has a rule here; Infinity without rules. */
  readonly firstRank: number;
  /** The lowest rank of a mode that has an allow rule here: from there on, what nothing matches is denied. */
  readonly firstAllowRank: number;
}

/** Rules that were checked, compiled and put in order. It never changes: compile another one when the rules have. */
export class PolicySet {
  /** The same for the same rules, whatever order they were given in: 64 hexadecimal digits. */
  readonly version: string;
  /** All rules, in the order of decision. */
  readonly rules: readonly PolicyRule[];
  readonly #byTenant: ReadonlyMap<string, RuleList>;
  readonly #global: ReadonlyMap<ResourceType, RuleList>;

  constructor(rules: readonly PolicyRule[]) {
    const compiled = compileRules(rules);
    this.rules = Object.freeze(compiled.map(({ rule }) => rule));
    this.version = policyVersion(this.rules);
    const global = new Map<ResourceType, RuleList>();
    const byTenant = new Map<string, RuleList>();
    for (const type of RESOURCE_TYPES) {
      const ofType = compiled.filter(({ rule }) => rule.resourceType === type);
      global.set(type, ruleList(ofType.filter(({ rule }) => rule.tenantId === null)));
      for (const tenantId of tenantsOf(ofType)) {
        const applying = ofType.filter(({ rule }) => rule.tenantId === null || rule.tenantId === tenantId);
        byTenant.set(listKey(type, tenantId), ruleList(applying));
      }
    }
    this.#global = global;
    this.#byTenant = byTenant;
  }

  /** For a tenant, its own and the global rules; for `null`, the global ones. */
  applying(type: ResourceType, tenantId: string | null): RuleList {
    const global = this.#global.get(type);
    // A type that does not exist would have no rules, and so be open.
    if (global === undefined) throw new TypeError(`a resource type is one of ${RESOURCE_TYPES.join(', ')}`);
    if (tenantId === null) return global;
    return this.#byTenant.get(listKey(type, tenantId)) ?? global;
  }
}

/**
 * Compiles rules for `decide` and `explain`.
 *
 * @throws PolicyError `invalid_rule` or `invalid_pattern`, with `ruleId`. Refuse requests then: a set without the rule may be too open
 */
export function compilePolicySet(rules: readonly PolicyRule[]): PolicySet {
  return new PolicySet(rules);
}

function ruleList(rules: readonly CompiledRule[]): RuleList {
  const parts = POLICY_AUTHORITIES.map((authority) =>
    rulesOfAuthority(
      authority,
      rules.filter(({ rule }) => authorityOf(rule) === authority),
    ),
  );
  return { rules, parts };
}

function rulesOfAuthority(authority: PolicyAuthority, rules: readonly CompiledRule[]): RulesOfAuthority {
  const ranks = rules.map(({ rule }) => modeRank(rule.mode));
  const allowRanks = rules
    .filter(({ rule }) => rule.effect === 'allow')
    .map(({ rule }) => modeRank(rule.mode));
  return { authority, rules, firstRank: lowest(ranks), firstAllowRank: lowest(allowRanks) };
}

function lowest(ranks: readonly number[]): number {
  return ranks.reduce((least, rank) => Math.min(least, rank), Number.POSITIVE_INFINITY);
}

function tenantsOf(rules: readonly CompiledRule[]): ReadonlySet<string> {
  return new Set(rules.flatMap(({ rule }) => (rule.tenantId === null ? [] : [rule.tenantId])));
}

function listKey(type: ResourceType, tenantId: string): string {
  return `${type} ${tenantId}`;
}
