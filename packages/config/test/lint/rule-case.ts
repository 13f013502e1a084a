import { expect } from 'chai';
import {
  type LintFinding,
  type LintLevel,
  type LintOptions,
  lintSettings,
  statusOf,
} from '../../src/lint/index.js';
import { type Configuration, inDirectory, loadConfiguration } from './configuration.js';

/** What one rule says of one configuration; `silent` when it does not apply. */
export interface RuleCase extends Configuration {
  readonly rule: string;
  readonly when: string;
  readonly says: LintLevel | 'silent';
  /** In what words, where a rule has several. */
  readonly message?: RegExp;
  /** The setting that it is about, where it is not that of the rule. */
  readonly key?: string;
  readonly options?: Omit<LintOptions, 'production'>;
}

const SEVERITY = { pass: 0, warn: 1, fail: 2 } as const;

function checkFindings(one: RuleCase, findings: readonly LintFinding[], production: boolean): void {
  const found = findings.filter(({ id }) => id === one.rule);
  if (one.says === 'silent') {
    expect(found).to.deep.equal([]);
    return;
  }
  const worst = worstOf(found);
  expect(worst, `${one.rule} said nothing`).not.to.equal(undefined);
  expect(worst?.status, worst?.message).to.equal(statusOf(one.says, production));
  if (one.message !== undefined) expect(worst?.message).to.match(one.message);
  if (one.key !== undefined) expect(worst?.key).to.equal(one.key);
  if (worst?.status === 'pass') expect(worst).not.to.have.property('fix');
  else expect(worst?.fix).to.be.a('string').and.not.equal('');
}

function worstOf(findings: readonly LintFinding[]): LintFinding | undefined {
  return findings.toSorted((a, b) => SEVERITY[b.status] - SEVERITY[a.status])[0];
}

/** A test for each case, in both modes. */
export function describeCases(cases: readonly RuleCase[]): void {
  for (const one of cases) {
    it(`${one.rule}, ${one.when}: ${one.says}`, () => {
      inDirectory((directory) => {
        const loaded = loadConfiguration(directory, one);
        for (const production of [false, true]) {
          checkFindings(one, lintSettings(loaded, { ...one.options, production }).findings, production);
        }
      });
    });
  }
}
