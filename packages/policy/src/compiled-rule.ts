import { PolicyError } from './errors.js';
import { compilePattern, type Pattern } from './pattern.js';
import { checkedRule, compareRules, type PolicyRule } from './policy-rule.js';

export interface CompiledRule {
  readonly rule: PolicyRule;
  readonly pattern: Pattern;
}

/**
 * Checks and compiles rules and puts them into the order of decision.
 *
 * @throws PolicyError `invalid_rule`, `invalid_pattern`, both with `ruleId`: one rule that cannot be read could be the one that denies
 */
export function compileRules(rules: readonly PolicyRule[]): readonly CompiledRule[] {
  const seen = new Set<string>();
  return rules
    .map((given) => {
      const rule = checkedRule(given);
      if (seen.has(rule.id)) {
        throw new PolicyError('invalid_rule', 'policy rule: two rules have the same id', { ruleId: rule.id });
      }
      seen.add(rule.id);
      return { rule, pattern: patternOf(rule) };
    })
    .sort((a, b) => compareRules(a.rule, b.rule));
}

function patternOf(rule: PolicyRule): Pattern {
  try {
    return compilePattern(rule.pattern, rule.resourceType);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new PolicyError(error.code, error.message, { position: error.position, ruleId: rule.id });
  }
}
