import type { CompiledRule } from './compiled-rule.js';
import {
  modeRank,
  type PolicyEffect,
  type PolicyMode,
  type PolicyRule,
  type ResourceType,
} from './policy-rule.js';
import type { PolicySet, RuleList } from './policy-set.js';
import { matchingSpelling, type ResourceValue, readResourceValue } from './resource-value.js';

/** One value of a resolved request: after defaults and templates, as the provider will get it. */
export interface PolicyQuestion {
  /** `null` for a request without a tenant: global rules alone apply. */
  readonly tenantId: string | null;
  readonly type: ResourceType;
  readonly value: string;
}

interface VerdictBase {
  readonly allowed: boolean;
  /** What holds for a value that no rule matches. */
  readonly default: PolicyEffect;
}

/** What a list of rules says about a value, and why. */
export type PolicyVerdict =
  | (VerdictBase & {
      readonly reason: 'rule_allows' | 'rule_denies';
      readonly rule: PolicyRule;
      /** The spelling of the value that the rule's pattern matches. */
      readonly spelling: string;
    })
  | (VerdictBase & {
      /** `invalid_value`: the value cannot be read, and there are rules that it might be meant to pass by. */
      readonly reason: 'default_allows' | 'default_denies' | 'invalid_value';
      readonly rule?: undefined;
      readonly spelling?: undefined;
    });

/**
 * The verdict of the rules in mode `enforce`, which holds: `allowed` is the answer. In mode `warn` or `audit` the rules on trial would
 * have answered otherwise, as `trial` says: tell the caller (`warn`) or only record it (`audit`).
 */
export type PolicyDecision = PolicyVerdict &
  (
    | { readonly mode: 'enforce'; readonly trial?: undefined }
    | { readonly mode: 'warn' | 'audit'; readonly trial: PolicyVerdict }
  );

/** A rule that matches, and the spelling by which it does. */
export interface RuleMatch {
  readonly rule: PolicyRule;
  readonly spelling: string;
}

/**
 * Decides whether a tenant may use an image, provider or network. The first rule in order that matches decides; when none does, the
 * value is denied if an allow rule of the type applies to the tenant, else allowed.
 *
 * @throws TypeError for a question that is not what its type says
 */
export function decide(set: PolicySet, question: PolicyQuestion): PolicyDecision {
  const { list, value } = prepare(set, question);
  const matches: RuleMatch[] = [];
  for (const compiled of value === undefined ? [] : list.rules) {
    const match = value && matchRule(compiled, value);
    if (match === undefined) continue;
    matches.push(match);
    if (match.rule.mode === 'enforce') break;
  }
  return decisionFrom(list, value, matches);
}

/** The rules that apply to a question and the value in its spellings, or `undefined` when it cannot be read. */
export function prepare(set: PolicySet, { tenantId, type, value }: PolicyQuestion) {
  if (tenantId !== null && (typeof tenantId !== 'string' || tenantId === '')) {
    throw new TypeError('tenantId must be the id of a tenant, or null');
  }
  if (typeof value !== 'string') throw new TypeError('the value must be a text');
  return { list: set.applying(type, tenantId), value: readResourceValue(type, value) };
}

export function matchRule({ rule, pattern }: CompiledRule, value: ResourceValue): RuleMatch | undefined {
  const spelling = matchingSpelling(value[rule.effect], pattern.automaton);
  return spelling === undefined ? undefined : { rule, spelling };
}

/** @param matches in order, at least up to the first one in mode `enforce` */
export function decisionFrom(
  list: RuleList,
  value: ResourceValue | undefined,
  matches: readonly RuleMatch[],
): PolicyDecision {
  const binding = verdictIn('enforce', list, value, matches);
  for (const mode of ['warn', 'audit'] as const) {
    const trial = verdictIn(mode, list, value, matches);
    if (trial.allowed !== binding.allowed) return { ...binding, mode, trial };
  }
  return { ...binding, mode: 'enforce' };
}

/** The verdict of the rules in this mode and the stricter ones: a rule on trial must not shadow one that binds. */
function verdictIn(
  mode: PolicyMode,
  list: RuleList,
  value: ResourceValue | undefined,
  matches: readonly RuleMatch[],
): PolicyVerdict {
  const rank = modeRank(mode);
  const byDefault: PolicyEffect = list.firstAllowRank <= rank ? 'deny' : 'allow';
  if (value === undefined && list.firstRank <= rank) {
    return { allowed: false, default: byDefault, reason: 'invalid_value' };
  }
  const match = matches.find(({ rule }) => modeRank(rule.mode) <= rank);
  if (match !== undefined) {
    const allowed = match.rule.effect === 'allow';
    return { allowed, default: byDefault, reason: allowed ? 'rule_allows' : 'rule_denies', ...match };
  }
  const allowed = byDefault === 'allow';
  return { allowed, default: byDefault, reason: allowed ? 'default_allows' : 'default_denies' };
}
