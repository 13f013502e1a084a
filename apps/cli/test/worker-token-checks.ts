/** The checks of a verification, in their order. */
export const CHECKS = [
  'keys',
  'format',
  'signature',
  'claims',
  'not_expired',
  'not_before',
  'issued_at',
  'lifetime',
  'audience',
  'worker',
  'certificate',
  'revocation',
  'scopes',
];

/** A check as `verify --format json` lists it. */
export interface Check {
  readonly check: string;
  readonly verdict: string;
  readonly detail: string;
}

export function detailOf(checks: readonly Check[], name: string): string | undefined {
  return checks.find(({ check }) => check === name)?.detail;
}
