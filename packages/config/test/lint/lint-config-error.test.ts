import { expect } from 'chai';
import { ConfigError, loadSettings } from '../../src/index.js';
import { formatLintText, type LintReport, lintConfigError, lintReportJson } from '../../src/lint/index.js';
import { inDirectory, writeConfiguration } from './configuration.js';

function reportOf(text: string): { readonly report: LintReport; readonly file: string } {
  return inDirectory((directory) => {
    writeConfiguration(directory, { files: { 'broken.yaml': text } });
    const file = `${directory}/broken.yaml`;
    try {
      loadSettings({ configFile: file, env: {}, cwd: directory });
    } catch (error) {
      if (error instanceof ConfigError) return { report: lintConfigError(error, { production: true }), file };
      throw error;
    }
    throw new Error('it loads');
  });
}

describe('lintConfigError', () => {
  it('has a failure for each problem, with its place', () => {
    const { file, report } = reportOf('server:\n  prot: 1\nlogging:\n  level: loud\n');
    expect(report.summary).to.deep.equal({ pass: 0, warn: 0, fail: 2, ignored: 0 });
    expect(report.findings.map(({ id, status }) => [id, status])).to.deep.equal([
      ['config', 'fail'],
      ['config', 'fail'],
    ]);
    const [first, second] = lintReportJson(report).findings;
    expect(first).to.include({ file, line: 2, key: 'server.prot' });
    expect(first?.message).to.match(/^server\.prot: .*server\.port/);
    expect(second).to.include({ file, line: 4, key: 'logging.level' });
    expect(lintReportJson(report).config_file).to.equal(file);
  });

  it('tells a file that is no YAML', () => {
    const { file, report } = reportOf('server: [1, 2\nlogging: {');
    expect(report.findings).to.have.length(1);
    expect(formatLintText(report))
      .to.match(/^\[FAIL\] config: /)
      .and.contain(file);
  });

  it('shows no control character of the file', () => {
    const { report } = reportOf('server:\n  "p\\e[2Jrt": 1\n');
    expect(formatLintText(report)).not.to.contain('\u001b');
  });
});
