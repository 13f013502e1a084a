import type { Origin } from '../origin.js';
import type { SettingKey } from '../settings.js';
import type { LintStatus } from './finding.js';
import type { LintView } from './view.js';

/**
 * How bad it is when a rule is broken: `note` never is, `advice` warns, `problem` warns and fails in production,
 * `failure` always fails.
 */
export type LintLevel = 'note' | 'advice' | 'problem' | 'failure';

export interface LintRule {
  readonly id: string;
  /** What it demands, as a sentence. */
  readonly demands: string;
  /** The worst that it can say. */
  readonly level: LintLevel;
  /** The programs whose configuration it looks at. */
  readonly role: 'control-plane' | 'worker' | 'both';
}

/** One thing that a check found; without a key of its own it is about the key of the check. */
export interface Outcome {
  readonly level: LintLevel;
  readonly message: string;
  readonly fix?: string;
  readonly key?: string;
  readonly origin?: Origin;
}

/** One row of the list of checks. Rows of one rule hold in different circumstances and never speak together. */
export interface LintCheck extends LintRule {
  readonly key: SettingKey | 'config';
  /** Nothing, when the rule does not apply. */
  readonly check: (view: LintView) => Outcome | readonly Outcome[] | undefined;
}

type About = Pick<Outcome, 'key' | 'origin'>;

export const pass = (message: string, about: About = {}): Outcome => ({ level: 'note', message, ...about });

/** Warns in both modes. */
export const advice = (message: string, fix: string, about: About = {}): Outcome => ({
  level: 'advice',
  message,
  fix,
  ...about,
});

/** Warns, and fails in production. */
export const problem = (message: string, fix: string, about: About = {}): Outcome => ({
  level: 'problem',
  message,
  fix,
  ...about,
});

/** Fails in both modes. */
export const failure = (message: string, fix: string, about: About = {}): Outcome => ({
  level: 'failure',
  message,
  fix,
  ...about,
});

/** What a level is in a mode. */
export function statusOf(level: LintLevel, production: boolean): LintStatus {
  if (level === 'note') return 'pass';
  if (level === 'failure') return 'fail';
  return level === 'problem' && production ? 'fail' : 'warn';
}
