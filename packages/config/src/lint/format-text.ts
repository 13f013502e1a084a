import type { LintFinding, LintReport } from './finding.js';
import { describePlace } from './place.js';
import { printable } from './shown.js';

export interface TextOptions {
  /** Leaves out what passes. */
  readonly quiet?: boolean | undefined;
}

/** The report for people: a line a finding, and what to do below those that do not pass. Ends without a newline. */
export function formatLintText(report: LintReport, options: TextOptions = {}): string {
  const lines = report.findings
    .filter(({ status }) => options.quiet !== true || status !== 'pass')
    .flatMap(linesOf);
  const { pass, warn, fail, ignored } = report.summary;
  const mode = report.production ? ' for production' : '';
  return [...lines, `${pass} passed, ${warn} warned, ${fail} failed, ${ignored} ignored${mode}`].join('\n');
}

function linesOf({ fix, id, ignoredReason, message, origin, status }: LintFinding): readonly string[] {
  const place = describePlace(origin);
  const word = ignoredReason === undefined ? status.toUpperCase() : 'IGNORED';
  const line = `[${word}] ${id}: ${message}${place === undefined ? '' : `  (${printable(place)})`}`;
  if (ignoredReason !== undefined) return [line, `  reason: ${printable(ignoredReason)}`];
  return fix === undefined ? [line] : [line, `  fix: ${fix}`];
}
