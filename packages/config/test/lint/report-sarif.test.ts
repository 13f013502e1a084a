import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect } from 'chai';
import { ConfigError, loadSettings } from '../../src/index.js';
import {
  LINT_RULES,
  type LintReport,
  lintConfigError,
  lintReportSarif,
  lintSettings,
} from '../../src/lint/index.js';
import { inDirectory, loadConfiguration, strongSecret, writeConfiguration } from './configuration.js';

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly Readonly<Record<string, unknown>>[];
  readonly suppressions?: readonly unknown[];
}
interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly Result[];
    },
  ];
}

/** The schema of the standard is of draft 4; nothing that it uses has another meaning in draft 7. */
function compileSarifSchema(): ValidateFunction {
  const path = new URL('sarif/sarif-2.1.0-rtm.5.json', import.meta.url);
  const {
    $schema: _draft,
    id: _id,
    ...schema
  } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  ajv.addFormat('uri', (text: string) => URL.canParse(text));
  ajv.addFormat('uri-reference', (text: string) => URL.canParse(text, 'https://base.invalid'));
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  return ajv.compile(schema);
}

describe('lintReportSarif', () => {
  let validate: ValidateFunction;

  before(() => {
    validate = compileSarifSchema();
  });

  const sarif = (report: LintReport, baseDir?: string): Log => {
    const log: unknown = JSON.parse(
      JSON.stringify(lintReportSarif(report, { toolVersion: '1.2.3', baseDir })),
    );
    expect(validate(log), JSON.stringify(validate.errors)).to.equal(true);
    return log as Log;
  };

  const SETTINGS = {
    'logging.format': 'pretty',
    'auth.api_key_file': 'key',
    'server.cors_allowed_origins': ['*'],
  };
  const judge = (directory: string, ignore = new Map<string, string>()): LintReport =>
    lintSettings(
      loadConfiguration(directory, {
        settings: SETTINGS,
        files: { key: strongSecret('a').slice(0, 20) },
        env: { STACYVM_RATE_LIMIT_KEY_BY: 'ip' },
      }),
      { production: true, ignore },
    );

  it('refuses what is no SARIF, so that the other tests can fail', () => {
    expect(validate({ version: '2.1.0' })).to.equal(false);
    expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x', rules: [{}] } } }] })).to.equal(
      false,
    );
  });

  it('names every rule, and has a result for what does not pass', () => {
    inDirectory((directory) => {
      const report = judge(directory);
      const [run] = sarif(report).runs;
      expect(run.tool.driver.rules.map(({ id }) => id)).to.deep.equal(LINT_RULES.map(({ id }) => id));
      const expected = report.findings.filter(({ status }) => status !== 'pass');
      expect(run.results.map(({ ruleId }) => ruleId)).to.deep.equal(expected.map(({ id }) => id));
      expect(new Set(run.results.map(({ level }) => level))).to.deep.equal(new Set(['warning', 'error']));
      for (const { ruleId, ruleIndex } of run.results) expect(LINT_RULES[ruleIndex]?.id).to.equal(ruleId);
    });
  });

  it('points to the line of the file, below the base directory by a relative path', () => {
    inDirectory((directory) => {
      const report = judge(directory);
      const at = (log: Log, id: string) =>
        log.runs[0].results.find(({ ruleId }) => ruleId === id)?.locations[0];
      const region = { startLine: 2, startColumn: 3 };
      const absolute = { uri: pathToFileURL(join(directory, 'stacyvm.yaml')).href };
      const relative = { uri: 'stacyvm.yaml', uriBaseId: '%SRCROOT%' };
      expect(at(sarif(report), 'logging.format')).to.have.deep.property('physicalLocation', {
        artifactLocation: absolute,
        region,
      });
      expect(at(sarif(report, directory), 'logging.format')).to.have.deep.property('physicalLocation', {
        artifactLocation: relative,
        region,
      });
      expect(at(sarif(report, '/somewhere/else'), 'logging.format')).to.have.nested.property(
        'physicalLocation.artifactLocation.uri',
        absolute.uri,
      );
      // Where the secret file is named, for the secret itself is nowhere to be shown.
      expect(at(sarif(report), 'auth.api_key')).to.have.nested.property(
        'physicalLocation.region.startLine',
        4,
      );
      // What nothing sets is missing from the file.
      expect(at(sarif(report), 'auth.admin_api_key')).to.have.deep.nested.property(
        'physicalLocation.region',
        { startLine: 1 },
      );
      expect(at(sarif(report), 'rate_limit.key_by')).to.deep.equal({
        logicalLocations: [{ name: 'rate_limit.key_by', fullyQualifiedName: 'STACYVM_RATE_LIMIT_KEY_BY' }],
      });
    });
  });

  it('suppresses what is ignored, with the reason', () => {
    inDirectory((directory) => {
      const [run] = sarif(judge(directory, new Map([['logging.format', 'read by people']]))).runs;
      const suppressed = run.results.filter(({ suppressions }) => suppressions !== undefined);
      expect(suppressed.map(({ ruleId }) => ruleId)).to.deep.equal(['logging.format']);
      expect(suppressed[0]?.suppressions).to.deep.equal([
        { kind: 'external', status: 'accepted', justification: 'read by people' },
      ]);
    });
  });

  it('tells a configuration that does not load, in a file with an awkward name', () => {
    inDirectory((directory) => {
      const awkward = join(directory, 'a b#%41');
      const path = join(awkward, 'x');
      writeConfiguration(directory, { files: { 'a b#%41/x': 'server:\n  prot: 1\n' } });
      try {
        loadSettings({ configFile: path, env: {}, cwd: directory });
        expect.fail('it loads');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const [run] = sarif(lintConfigError(error, { production: false }), directory).runs;
        expect(run.results).to.have.length(1);
        expect(run.results[0]).to.include({ ruleId: 'config', level: 'error' });
        expect(run.results[0]?.locations[0]).to.have.nested.property(
          'physicalLocation.artifactLocation.uri',
          'a%20b%23%2541/x',
        );
      }
    });
  });
});
