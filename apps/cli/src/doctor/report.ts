import type { CheckStatus } from './check.js';
import type { Role } from './role.js';
import { type CheckResult, worstOf } from './run-checks.js';

/** Everything that a doctor's visit found. */
export interface DoctorReport {
  readonly generatedAt: Date;
  readonly role: Role;
  readonly production: boolean;
  /** The configuration file that was read, if any. */
  readonly configFile: string | undefined;
  readonly checks: readonly CheckResult[];
}

/** How many checks came to what; groups are not counted. */
export function summaryOf({ checks }: DoctorReport): Readonly<Record<CheckStatus, number>> {
  const count = { success: 0, warning: 0, failure: 0, skipped: 0 };
  const visit = (result: CheckResult): void => {
    if (result.checks.length === 0) count[result.status] += 1;
    else result.checks.forEach(visit);
  };
  checks.forEach(visit);
  return count;
}

/** The report for programs; its members are described in the README. */
export function reportDocument(report: DoctorReport): Readonly<Record<string, unknown>> {
  return {
    version: 1,
    generated_at: report.generatedAt.toISOString(),
    role: report.role,
    production: report.production,
    config_file: report.configFile ?? null,
    status: worstOf(report.checks.map(({ status }) => status)),
    summary: summaryOf(report),
    checks: report.checks.map(resultDocument),
  };
}

function resultDocument(result: CheckResult): Readonly<Record<string, unknown>> {
  const { id, title, status, message, advice, durationMs, checks } = result;
  return {
    id,
    title,
    status,
    message,
    ...(advice === undefined ? {} : { advice }),
    duration_ms: durationMs,
    ...(checks.length === 0 ? {} : { checks: checks.map(resultDocument) }),
  };
}

const WORDS: Readonly<Record<CheckStatus, string>> = {
  success: 'ok  ',
  warning: 'warn',
  failure: 'FAIL',
  skipped: 'skip',
};

const MARKS: Readonly<Record<CheckStatus, string>> = {
  success: '✓',
  warning: '!',
  failure: '✗',
  skipped: '-',
};

/** The report for people: one line a check, its advice below it. @param marks false writes ASCII alone */
export function reportText(report: DoctorReport, marks: boolean): string {
  const lines = report.checks.flatMap((result) => resultLines(result, '', marks));
  const { failure, warning, success, skipped } = summaryOf(report);
  return [...lines, '', `${failure} failed, ${warning} warned, ${success} ok, ${skipped} skipped`].join('\n');
}

function resultLines(result: CheckResult, indent: string, marks: boolean): readonly string[] {
  const { status, title, message, advice, durationMs, checks } = result;
  const sign = marks ? `${MARKS[status]} ${WORDS[status]}` : WORDS[status];
  const said = message === '' ? '' : `: ${printable(message)}`;
  const took = checks.length > 0 || durationMs < SLOW_MS ? '' : ` (${durationMs} ms)`;
  const below = `${indent}  `;
  return [
    `${sign} ${indent}${title}${said}${took}`,
    ...(advice === undefined ? [] : [`${' '.repeat(sign.length + 1)}${below}fix: ${printable(advice)}`]),
    ...checks.flatMap((child) => resultLines(child, below, marks)),
  ];
}

/** Durations below it are noise. */
const SLOW_MS = 100;

/** One line without control characters: what a server or a file says must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\s*\r?\n\s*/g, '; ').replace(/\p{Cc}/gu, '?');
}
