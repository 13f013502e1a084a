import { advice, type LintCheck, pass, problem } from '../rule.js';

/** What the analysis of stored resource policies found, as `lintPolicies` of `@stacyvm/policy` tells it. */
export interface PolicyFinding {
  readonly kind: 'dead' | 'duplicate' | 'conflicting' | 'allow_without_effect';
  /** The id of the rule that it is about. */
  readonly policyId: string;
  readonly message: string;
}

/** Whether somebody has looked at the policies of the store, for whom a report must not stay silent about what it has not seen. */
export interface PolicyReading {
  /** `skipped`: there is nothing to read now, such as an embedded database that does not run. */
  readonly outcome: 'read' | 'skipped' | 'failed';
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
    id: 'policy.store',
    demands: 'The policies of the store can be read, where somebody asks for them.',
    level: 'problem',
    role: 'control-plane',
    key: 'database.driver',
    check: ({ policyReading }) => {
      if (policyReading === undefined) return undefined;
      const { outcome, message } = policyReading;
      return outcome === 'failed'
        ? problem(message, 'see to it that the database can be reached from here, then run it again')
        : pass(message);
    },
  },
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
