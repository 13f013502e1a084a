import { decisionFrom, matchRule, type PolicyDecision, type PolicyQuestion, prepare } from './decide.js';
import { authorityOf, type PolicyAuthority, type PolicyRule } from './policy-rule.js';
import type { PolicySet } from './policy-set.js';

/**
 * Why a rule had no say, or which one it had. `decides`: it is the rule of the decision. `decides_on_trial`: it is the rule of the
 * decision's trial. `too_late`: it matches, but another one came first. `cannot_allow`: it matches and allows, but it is a tenant's own
 * and the platform denies. `no_match`: its pattern matches no spelling of the value. `other_type`: it is about another type of
 * resource. `invalid_value`: the value cannot be read, so no pattern was tried.
 */
export type RuleOutcome =
  | 'decides'
  | 'decides_on_trial'
  | 'too_late'
  | 'cannot_allow'
  | 'no_match'
  | 'other_type'
  | 'invalid_value';

export interface RuleExplanation {
  readonly rule: PolicyRule;
  readonly authority: PolicyAuthority;
  readonly outcome: RuleOutcome;
  /** The spelling that the pattern matches; `undefined` when it matches none. */
  readonly spelling: string | undefined;
}

export interface PolicyExplanation {
  readonly question: PolicyQuestion;
  /** What `decide` answers to the question: the winner, the default, the spelling that matched. */
  readonly decision: PolicyDecision;
  /** The texts that rules which allow are compared with, the complete one first. Empty when the value cannot be read. */
  readonly spellings: readonly string[];
  /** Further texts that rules which deny are compared with: the names behind a digest. */
  readonly deniableSpellings: readonly string[];
  /** Every rule of the tenant and every global one, in the order of decision. Rules of other tenants are none of its business. */
  readonly rules: readonly RuleExplanation[];
  /** The version of the set that was asked. */
  readonly version: string;
}

/**
 * Decides as `decide` does, and says of every rule what came of it.
 *
 * @throws TypeError for a question that is not what its type says
 */
export function explain(set: PolicySet, question: PolicyQuestion): PolicyExplanation {
  const { list, value } = prepare(set, question);
  const matches = list.rules.flatMap((compiled) => (value && matchRule(compiled, value)) ?? []);
  const decision = decisionFrom(list, value, matches);
  const spellingOf = new Map(matches.map(({ rule, spelling }) => [rule.id, spelling]));
  const allowSpellings = new Set(value?.allow);
  const rules = set.rules
    .filter(({ tenantId }) => tenantId === null || tenantId === question.tenantId)
    .map((rule): RuleExplanation => {
      const spelling = spellingOf.get(rule.id);
      const outcome =
        rule.resourceType !== question.type ? 'other_type' : outcomeOf(rule, decision, spelling);
      return {
        rule,
        authority: authorityOf(rule),
        outcome: value === undefined && outcome === 'no_match' ? 'invalid_value' : outcome,
        spelling,
      };
    });
  return {
    question,
    decision,
    spellings: [...allowSpellings],
    deniableSpellings: (value?.deny ?? []).filter((spelling) => !allowSpellings.has(spelling)),
    rules,
    version: set.version,
  };
}

function outcomeOf(rule: PolicyRule, decision: PolicyDecision, spelling: string | undefined): RuleOutcome {
  if (decision.rule?.id === rule.id) return 'decides';
  if (decision.trial?.rule?.id === rule.id) return 'decides_on_trial';
  if (spelling === undefined) return 'no_match';
  const isOwn = authorityOf(rule) === 'tenant' && rule.effect === 'allow';
  return isOwn && !decision.allowed && decision.authority === 'platform' ? 'cannot_allow' : 'too_late';
}
