import { LINT_RULES, statusOf } from '@stacyvm/config/lint';
import { table } from '../output.js';

/** The rules for programs, in the order of reports: the worst that each says in both modes. */
export function ruleDocuments() {
  return LINT_RULES.map(({ demands, id, level, role }) => ({
    id,
    demands,
    development: statusOf(level, false),
    production: statusOf(level, true),
    role,
  }));
}

/** The rules for people. */
export function ruleTable(): string {
  return table(
    ['RULE', 'DEVELOPMENT', 'PRODUCTION', 'ROLE', 'DEMANDS'],
    ruleDocuments().map(({ demands, development, id, production, role }) => [
      id,
      development,
      production,
      role,
      demands,
    ]),
  );
}
