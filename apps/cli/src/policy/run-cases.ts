import type { PolicyCase } from '@stacyvm/config/policies';
import { decide, type PolicyDecision, type PolicySet } from '@stacyvm/policy';

/** What came of one case. */
export interface CaseResult {
  readonly name: string;
  readonly line: number;
  readonly passed: boolean;
  readonly expected: 'allow' | 'deny';
  readonly expected_rule?: string;
  readonly actual: 'allow' | 'deny';
  readonly reason: PolicyDecision['reason'];
  /** The rule that decided; absent where none did. */
  readonly rule?: string;
}

/** Puts every question to the rules, and compares the answers with what is expected. */
export function runCases(set: PolicySet, cases: readonly PolicyCase[]): readonly CaseResult[] {
  return cases.map(({ name, line, question, expect, rule }) => {
    const decision = decide(set, question);
    const actual = decision.allowed ? 'allow' : 'deny';
    return {
      name,
      line,
      passed: actual === expect && (rule === undefined || decision.rule?.id === rule),
      expected: expect,
      ...(rule === undefined ? {} : { expected_rule: rule }),
      actual,
      reason: decision.reason,
      ...(decision.rule === undefined ? {} : { rule: decision.rule.id }),
    };
  });
}
