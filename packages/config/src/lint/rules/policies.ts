import { advice, type LintCheck, problem } from '../rule.js';

/** What the analysis of stored resource policies found, as `lintPolicies` of `@stacyvm/policy` tells it. */
export interface PolicyFinding {
  readonly kind: 'dead' | 'duplicate' | 'conflicting' | 'allow_without_effect';
  /** The id of the rule that it is about. */
  readonly policyId: string;
  readonly message: string;
}

const of = (kind: PolicyFinding['kind'], level: 'advice' | 'problem', fix: string) => ({
  id: `policy.${kind}`,
  level,
  role: 'control-plane' as const,
  key: 'config' as const,
  check: ({ policyFindings }: { readonly policyFindings: readonly PolicyFinding[] }) =>
    policyFindings
      .filter((finding) => finding.kind === kind)
      .map(({ policyId, message }) =>
        (level === 'advice' ? advice : problem)(`${policyId}: ${message}`, fix, { key: policyId }),
      ),
});

/** Policies are not in the configuration; whoever has looked at a store hands over what was found. */
export const POLICY_CHECKS: readonly LintCheck[] = [
  {
    ...of('dead', 'advice', 'remove the rule, or move it before the one that decides in its place'),
    demands: 'Every resource policy can decide something: none is shadowed by an earlier one.',
  },
  {
    ...of('duplicate', 'advice', 'remove one of the two'),
    demands: 'No resource policy repeats another.',
  },
  {
    ...of('conflicting', 'problem', 'give the two rules different priorities, or remove one'),
    demands: 'No two resource policies of one priority and pattern have different effects.',
  },
  {
    ...of(
      'allow_without_effect',
      'advice',
      'remove the rule, or add the denials that it makes exceptions of',
    ),
    demands: 'Every allow rule changes what is allowed.',
  },
];
