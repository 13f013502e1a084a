import { isAbsolute, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LINT_RULES } from './catalogue.js';
import type { LintFinding, LintReport } from './finding.js';
import { filePlaceOf, writtenAt } from './place.js';
import { type LintRule, statusOf } from './rule.js';

export interface SarifOptions {
  /** The version of the program that reports. */
  readonly toolVersion: string;
  /** Files below this directory are named relative to it, as code hosts want them. */
  readonly baseDir?: string | undefined;
}

const LEVELS = { pass: 'none', warn: 'warning', fail: 'error' } as const;
const BASE = '%SRCROOT%';

/**
 * The report as a SARIF 2.1.0 log (OASIS): what warns and fails are results, what is ignored is suppressed with its
 * reason; what passes is left out.
 */
export function lintReportSarif(
  report: LintReport,
  options: SarifOptions,
): Readonly<Record<string, unknown>> {
  const results = report.findings.filter(({ status }) => status !== 'pass');
  const { baseDir } = options;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'stacyvm config lint',
            version: options.toolVersion,
            rules: LINT_RULES.map((rule) => descriptor(rule, report.production)),
          },
        },
        invocations: [{ executionSuccessful: true }],
        ...(baseDir === undefined
          ? {}
          : {
              originalUriBaseIds: { [BASE]: { uri: `${pathToFileURL(baseDir).href.replace(/\/$/, '')}/` } },
            }),
        columnKind: 'utf16CodeUnits',
        results: results.map((finding) => result(finding, report, baseDir)),
      },
    ],
  };
}

function descriptor({ demands, id, level, role }: LintRule, production: boolean) {
  const status = statusOf(level, production);
  return {
    id,
    shortDescription: { text: demands },
    help: { text: `${demands} ${EXPLANATIONS[level]}` },
    defaultConfiguration: { level: LEVELS[status] },
    properties: { tags: ['security', 'configuration', role] },
  };
}

const EXPLANATIONS: Readonly<Record<LintRule['level'], string>> = {
  note: 'This rule only informs.',
  advice: 'A configuration that does not keep to it warns.',
  problem: 'A configuration that does not keep to it warns, and fails in production.',
  failure: 'A configuration that does not keep to it fails.',
};

function result(finding: LintFinding, report: LintReport, baseDir: string | undefined) {
  const { fix, id, ignoredReason, key, message, status } = finding;
  return {
    ruleId: id,
    ruleIndex: LINT_RULES.findIndex((rule) => rule.id === id),
    level: LEVELS[status],
    message: { text: fix === undefined ? message : `${message}. Fix: ${fix}` },
    locations: [location(finding, report.configFile, baseDir)],
    properties: { key },
    ...(ignoredReason === undefined
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: ignoredReason }] }),
  };
}

/** Code hosts drop results without a place in a file; what nothing sets is missing from the file. */
function location({ key, origin }: LintFinding, configFile: string | undefined, baseDir: string | undefined) {
  const missingFrom = configFile === undefined ? undefined : { file: configFile, line: 1, column: undefined };
  const place = origin === undefined ? missingFrom : filePlaceOf(origin);
  const source = origin === undefined ? undefined : writtenAt(origin).name;
  return {
    ...(place === undefined
      ? {}
      : {
          physicalLocation: {
            artifactLocation: artifact(place.file, baseDir),
            region: {
              startLine: place.line ?? 1,
              ...(place.column === undefined ? {} : { startColumn: place.column }),
            },
          },
        }),
    logicalLocations: [
      { name: key, fullyQualifiedName: place === undefined && source !== undefined ? source : key },
    ],
  };
}

function artifact(file: string, baseDir: string | undefined) {
  const below = baseDir === undefined ? undefined : relative(baseDir, file);
  if (below === undefined || below === '' || below.startsWith('..') || isAbsolute(below))
    return { uri: pathToFileURL(file).href };
  return { uri: below.split(/[\\/]/).map(encodeURIComponent).join('/'), uriBaseId: BASE };
}
