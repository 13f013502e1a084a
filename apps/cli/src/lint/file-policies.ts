import type { Settings } from '@stacyvm/config';
import type { PolicyFinding, PolicyReading } from '@stacyvm/config/lint';
import { lintPolicies, type PolicyRule } from '@stacyvm/policy';

/** What the linter of the configuration is told about policies. */
export interface LintedPolicies {
  readonly policyFindings: readonly PolicyFinding[];
  readonly policyReading?: PolicyReading;
}

/** Judges the rules of `policy.files`. Finding anything there is right whatever the store holds: its rules can only add to it. */
export function lintFilePolicies(settings: Settings): LintedPolicies {
  return { policyFindings: findingsOf(fileRules(settings)) };
}

export function fileRules(settings: Settings): readonly PolicyRule[] {
  return settings['policy.files'].flatMap(({ rules }) => rules);
}

export function findingsOf(rules: readonly PolicyRule[]): readonly PolicyFinding[] {
  return lintPolicies(rules).map(({ code, ruleId, message }) => ({ kind: code, policyId: ruleId, message }));
}
