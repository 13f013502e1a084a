import type { CompiledRule } from './compiled-rule.js';
import {
  authorityOf,
  modeRank,
  type PolicyAuthority,
  type PolicyEffect,
  type PolicyMode,
  type PolicyRule,
  type ResourceType,
} from './policy-rule.js';
import type { PolicySet, RuleList, RulesOfAuthority } from './policy-set.js';
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
  /** Whose rules say so. Without a rule that allows, `platform`. */
  readonly authority: PolicyAuthority;
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
 * Decides whether a tenant may use an image, provider or network. Of the rules of the platform the first in order that matches
 * decides; when none does, the value is denied if one of them allows something of the type, else allowed. The rules of the
 * tenant's own are asked in the same way, and both must allow: a tenant can forbid itself more, and never allow itself more.
 *
 * @throws TypeError for a question that is not what its type says
 */
export function decide(set: PolicySet, question: PolicyQuestion): PolicyDecision {
  const { list, value } = prepare(set, question);
  const matches = value === undefined ? [] : list.parts.flatMap((part) => matchesUpToBinding(part, value));
  return decisionFrom(list, value, matches);
}

function matchesUpToBinding({ rules }: RulesOfAuthority, value: ResourceValue): readonly RuleMatch[] {
  const matches: RuleMatch[] = [];
  for (const compiled of rules) {
    const match = matchRule(compiled, value);
    if (match === undefined) continue;
    matches.push(match);
    if (match.rule.mode === 'enforce') break;
  }
  return matches;
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

/** @param matches in order, of each authority at least up to the first one in mode `enforce` */
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

/** The verdict of the rules in this mode and the stricter ones: the first authority that denies, else the first with a rule that allows. */
function verdictIn(
  mode: PolicyMode,
  list: RuleList,
  value: ResourceValue | undefined,
  matches: readonly RuleMatch[],
): PolicyVerdict {
  const verdicts = list.parts.map((part) => verdictOf(part, mode, value, matches));
  const verdict =
    verdicts.find(({ allowed }) => !allowed) ??
    verdicts.find(({ rule }) => rule !== undefined) ??
    ALL_ALLOWED;
  const byDefault = verdicts.some((each) => each.default === 'deny') ? 'deny' : 'allow';
  return { ...verdict, default: byDefault };
}

const ALL_ALLOWED: PolicyVerdict = {
  allowed: true,
  authority: 'platform',
  default: 'allow',
  reason: 'default_allows',
};

/** A rule on trial must not shadow one that binds. */
function verdictOf(
  { authority, firstRank, firstAllowRank }: RulesOfAuthority,
  mode: PolicyMode,
  value: ResourceValue | undefined,
  matches: readonly RuleMatch[],
): PolicyVerdict {
  const rank = modeRank(mode);
  const byDefault: PolicyEffect = firstAllowRank <= rank ? 'deny' : 'allow';
  if (value === undefined && firstRank <= rank) {
    return { allowed: false, authority, default: byDefault, reason: 'invalid_value' };
  }
  const match = matches.find(({ rule }) => authorityOf(rule) === authority && modeRank(rule.mode) <= rank);
  if (match !== undefined) {
    const allowed = match.rule.effect === 'allow';
    const reason = allowed ? 'rule_allows' : 'rule_denies';
    return { allowed, authority, default: byDefault, reason, ...match };
  }
  const allowed = byDefault === 'allow';
  return { allowed, authority, default: byDefault, reason: allowed ? 'default_allows' : 'default_denies' };
}
