export { LINT_RULES } from './catalogue.js';
export type { LintFinding, LintReport, LintRole, LintStatus, LintSummary } from './finding.js';
export { formatLintText, type TextOptions } from './format-text.js';
export { type LintOptions, lintConfigError, lintSettings, unknownRules } from './lint-settings.js';
export { type LintFindingDocument, type LintReportDocument, lintReportJson } from './report-json.js';
export { lintReportSarif, type SarifOptions } from './report-sarif.js';
export { type LintLevel, type LintRule, statusOf } from './rule.js';
export type { PolicyFinding, PolicyReading } from './rules/policies.js';
