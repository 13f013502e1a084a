import type { ConfigError } from '../errors.js';
import type { LoadedSettings } from '../load-settings.js';
import type { Origin } from '../origin.js';
import { LINT_CHECKS, LINT_RULES } from './catalogue.js';
import { type LintFinding, type LintReport, type LintRole, summarize } from './finding.js';
import { type LintCheck, type Outcome, statusOf } from './rule.js';
import type { PolicyFinding, PolicyReading } from './rules/policies.js';
import { printable } from './shown.js';
import { type LintView, viewOf } from './view.js';

export interface LintOptions {
  /** Whether what is a problem in production fails, rather than warns. */
  readonly production: boolean;
  /** `all` unless given. */
  readonly role?: LintRole | undefined;
  readonly now?: Date | undefined;
  /** Runs these rules only. */
  readonly rules?: readonly string[] | undefined;
  /** Rules whose findings do not count, and why. That the configuration loads cannot be ignored. */
  readonly ignore?: ReadonlyMap<string, string> | undefined;
  /** What is wrong with the resource policies of a store that somebody has looked at. */
  readonly policyFindings?: readonly PolicyFinding[] | undefined;
  /** How it went to look at the policies of a store; left out when nobody did. */
  readonly policyReading?: PolicyReading | undefined;
  /** The name of the machine that the worker runs on; of this one unless given. */
  readonly hostname?: string | undefined;
  /** Reads the file of a certificate or key; from disk unless given. */
  readonly readFile?: ((path: string) => Buffer) | undefined;
}

/**
 * Judges settings that have been loaded. Reads certificate files, writes nothing, connects to nothing.
 *
 * @throws RangeError when `rules` or `ignore` name a rule that does not exist, or `ignore` has no reason
 */
export function lintSettings(loaded: LoadedSettings, options: LintOptions): LintReport {
  refuseWrongUse(options);
  const role = options.role ?? 'all';
  const view = viewOf(loaded, { ...options, role, now: options.now ?? new Date() });
  const wanted = options.rules === undefined ? undefined : new Set(options.rules);
  const findings = LINT_CHECKS.filter(
    (check) =>
      (wanted === undefined || wanted.has(check.id)) &&
      (role === 'all' || check.role === 'both' || check.role === role),
  ).flatMap((check) =>
    [check.check(view) ?? []].flat().map((outcome) => findingOf(check, outcome, view, options)),
  );
  return {
    production: options.production,
    role,
    configFile: loaded.configFile,
    findings,
    summary: summarize(findings),
  };
}

/**
 * The report of a configuration that does not load: a failure for each problem, whatever rules were asked for or
 * ignored, for nothing else can be said.
 */
export function lintConfigError(
  error: ConfigError,
  options: Pick<LintOptions, 'production' | 'role'>,
): LintReport {
  const findings = error.problems.map(
    ({ key, message, origin }): LintFinding => ({
      id: 'config',
      status: 'fail',
      key,
      ...present(origin),
      message: printable(key === 'config' ? message : `${key}: ${message}`),
      fix: 'correct it; the programs refuse it as well',
    }),
  );
  return {
    production: options.production,
    role: options.role ?? 'all',
    configFile: error.problems.find(({ origin }) => origin.kind === 'file')?.origin.name,
    findings,
    summary: summarize(findings),
  };
}

/** Which of these are no rules. */
export function unknownRules(ids: Iterable<string>): readonly string[] {
  const known = new Set(LINT_RULES.map(({ id }) => id));
  return [...ids].filter((id) => !known.has(id));
}

function refuseWrongUse({ rules = [], ignore = new Map() }: LintOptions): void {
  const [unknown] = unknownRules([...rules, ...ignore.keys()]);
  if (unknown !== undefined) throw new RangeError(`there is no lint rule ${unknown}`);
  if (ignore.has('config')) throw new RangeError('that the configuration loads cannot be ignored');
  for (const [id, reason] of ignore)
    if (reason.trim() === '') throw new RangeError(`to ignore ${id} needs a reason`);
}

function findingOf(check: LintCheck, outcome: Outcome, view: LintView, options: LintOptions): LintFinding {
  const key = outcome.key ?? check.key;
  const status = statusOf(outcome.level, options.production);
  const reason = status === 'pass' ? undefined : options.ignore?.get(check.id);
  return {
    id: check.id,
    status,
    key,
    ...present(outcome.origin ?? originOf(view, key)),
    message: printable(outcome.message),
    ...(outcome.fix === undefined ? {} : { fix: outcome.fix }),
    ...(reason === undefined ? {} : { ignoredReason: reason }),
  };
}

function originOf({ loaded }: LintView, key: string): Origin | undefined {
  const origins: Readonly<Record<string, Origin>> = loaded.origins;
  const origin = origins[key];
  return origin?.kind === 'derived' ? (origins[origin.name] ?? origin) : origin;
}

/** What nothing sets comes from nowhere. */
function present(origin: Origin | undefined): { readonly origin?: Origin } {
  return origin === undefined || origin.kind === 'default' ? {} : { origin };
}
