import type { LintReport } from '../../src/lint/index.js';
import { formatLintText, lintReportJson, lintReportSarif } from '../../src/lint/index.js';

/** A report in each format, as text. */
export function everyFormat(report: LintReport): Readonly<Record<'text' | 'json' | 'sarif', string>> {
  return {
    text: formatLintText(report),
    json: JSON.stringify(lintReportJson(report)),
    sarif: JSON.stringify(lintReportSarif(report, { toolVersion: '1.2.3', baseDir: '/srv' })),
  };
}
