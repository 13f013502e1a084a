import type { LintFinding, LintReport, LintRole, LintSummary } from './finding.js';
import { describePlace, filePlaceOf } from './place.js';

/** The report for programs. Members are always there; what does not apply is null. */
export interface LintReportDocument {
  /** Of this shape; it grows when a member changes its meaning or goes. */
  readonly version: 1;
  readonly mode: 'production' | 'development';
  readonly role: LintRole;
  readonly config_file: string | null;
  /** Findings by status. */
  readonly summary: LintSummary;
  /** In the order of the rules. */
  readonly findings: readonly LintFindingDocument[];
}

export interface LintFindingDocument {
  readonly id: string;
  readonly status: 'pass' | 'warn' | 'fail' | 'ignored';
  /** How bad it is, ignored or not. */
  readonly severity: 'none' | 'warning' | 'error';
  readonly key: string;
  /** Where it was written: a variable, a flag, or the file with its line. */
  readonly origin: string | null;
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  readonly message: string;
  readonly fix: string | null;
  readonly ignored_reason: string | null;
}

const SEVERITIES = { pass: 'none', warn: 'warning', fail: 'error' } as const;

export function lintReportJson(report: LintReport): LintReportDocument {
  return {
    version: 1,
    mode: report.production ? 'production' : 'development',
    role: report.role,
    config_file: report.configFile ?? null,
    summary: report.summary,
    findings: report.findings.map(findingDocument),
  };
}

function findingDocument(finding: LintFinding): LintFindingDocument {
  const place = filePlaceOf(finding.origin);
  return {
    id: finding.id,
    status: finding.ignoredReason === undefined ? finding.status : 'ignored',
    severity: SEVERITIES[finding.status],
    key: finding.key,
    origin: describePlace(finding.origin) ?? null,
    file: place?.file ?? null,
    line: place?.line ?? null,
    message: finding.message,
    fix: finding.fix ?? null,
    ignored_reason: finding.ignoredReason ?? null,
  };
}
