import { type CompiledRule, compileRules } from './compiled-rule.js';
import type { PolicyRule } from './policy-rule.js';
import { appliesWherever, bindsWherever, coversValues, samePattern } from './rule-coverage.js';

/**
 * `duplicate`: an earlier rule of the same tenant says the same. `dead`: an earlier rule decides all that this one matches. In both
 * cases the decisions are the same without this rule. `allow_without_effect`: an earlier rule denies all that this one would
 * allow, so that its one effect is that everything else of the type is denied by default. `conflicting`: a rule with the same
 * pattern and priority has the other effect; deny wins.
 */
export type PolicyFindingCode = 'dead' | 'duplicate' | 'conflicting' | 'allow_without_effect';

export interface PolicyFinding {
  readonly code: PolicyFindingCode;
  /** The rule that should be looked at. */
  readonly ruleId: string;
  /** The rule that is the reason. */
  readonly otherRuleId: string;
  readonly message: string;
}

/**
 * Finds rules that cannot do what they seem to. Each finding is proven; what cannot be proven is not reported.
 *
 * @param rules of any number of tenants
 * @returns in the order of decision of the rules they are about
 * @throws PolicyError `invalid_rule`, `invalid_pattern`, with `ruleId`
 */
export function lintPolicies(rules: readonly PolicyRule[]): readonly PolicyFinding[] {
  const inOrder = compileRules(rules);
  return inOrder.flatMap((rule, index) => {
    const earlier = inOrder.slice(0, index);
    return [...shadowFinding(rule, earlier), ...conflictFindings(rule, earlier)];
  });
}

/** At most one finding: the first rule that leaves nothing to this one is enough. */
function shadowFinding(later: CompiledRule, earlier: readonly CompiledRule[]): readonly PolicyFinding[] {
  const shadow = earlier.find(
    (rule, index) =>
      appliesWherever(rule, later) &&
      bindsWherever(rule, later, earlier.slice(0, index)) &&
      coversValues(rule, later),
  );
  if (shadow === undefined) return [];
  const code = shadowCode(shadow, later);
  const other = shadow.rule.id;
  const messages = {
    duplicate: `rule ${other} says the same before it; remove this rule`,
    dead: `rule ${other} decides everything that this rule matches; remove this rule or give it a lower priority number`,
    allow_without_effect: `rule ${other} denies everything that this rule would allow; give this rule a lower priority number, or narrow the other one`,
  };
  return [{ code, ruleId: later.rule.id, otherRuleId: other, message: messages[code] }];
}

function shadowCode(
  shadow: CompiledRule,
  later: CompiledRule,
): 'dead' | 'duplicate' | 'allow_without_effect' {
  if (shadow.rule.effect !== later.rule.effect) {
    return later.rule.effect === 'allow' ? 'allow_without_effect' : 'dead';
  }
  const sameTenant = shadow.rule.tenantId === later.rule.tenantId;
  return sameTenant && coversValues(later, shadow) ? 'duplicate' : 'dead';
}

function conflictFindings(later: CompiledRule, earlier: readonly CompiledRule[]): readonly PolicyFinding[] {
  return earlier
    .filter((rule) => isConflict(rule, later))
    .map(({ rule: { id } }) => ({
      code: 'conflicting',
      ruleId: later.rule.id,
      otherRuleId: id,
      message: `rule ${id} denies the same pattern at the same priority and wins; remove one of them or change a priority`,
    }));
}

function isConflict(deny: CompiledRule, allow: CompiledRule): boolean {
  const [a, b] = [deny.rule, allow.rule];
  return (
    // A tenant's own deny comes after an allow of the platform, and is no conflict.
    a.effect === 'deny' &&
    b.effect === 'allow' &&
    a.priority === b.priority &&
    a.resourceType === b.resourceType &&
    (a.tenantId === null || b.tenantId === null || a.tenantId === b.tenantId) &&
    samePattern(deny, allow)
  );
}
