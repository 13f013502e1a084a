import type { Origin } from '../origin.js';

/** What a rule says of the configuration. */
export type LintStatus = 'pass' | 'warn' | 'fail';

/** The program that a configuration is for: rules about what only the other one reads do not run. */
export type LintRole = 'all' | 'control-plane' | 'worker';

export interface LintFinding {
  readonly id: string;
  /** What counts in the mode of the report, unless the finding is ignored. */
  readonly status: LintStatus;
  /** The dotted key, or the name of the file or variable when it is not about one key. */
  readonly key: string;
  /** Where the value came from; absent when nothing sets it. */
  readonly origin?: Origin;
  /** For people. Holds no secret and no control character. */
  readonly message: string;
  /** What to do; absent for `pass`. */
  readonly fix?: string;
  /** Why somebody decided that this finding does not count. */
  readonly ignoredReason?: string;
}

export interface LintSummary {
  readonly pass: number;
  readonly warn: number;
  readonly fail: number;
  /** Findings that warn or fail and that somebody decided to accept. */
  readonly ignored: number;
}

export interface LintReport {
  readonly production: boolean;
  readonly role: LintRole;
  readonly configFile: string | undefined;
  readonly findings: readonly LintFinding[];
  readonly summary: LintSummary;
}

/** The lines that a report counts, each once. */
export function summarize(findings: readonly LintFinding[]): LintSummary {
  const summary = { pass: 0, warn: 0, fail: 0, ignored: 0 };
  for (const { status, ignoredReason } of findings)
    summary[ignoredReason === undefined ? status : 'ignored'] += 1;
  return summary;
}
