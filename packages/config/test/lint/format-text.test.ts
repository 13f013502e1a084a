import { expect } from 'chai';
import { formatLintText, type LintFinding, type LintReport, lintSettings } from '../../src/lint/index.js';
import { inDirectory, loadConfiguration } from './configuration.js';

const report = (...findings: readonly LintFinding[]): LintReport => ({
  production: true,
  role: 'all',
  configFile: '/etc/stacyvm.yaml',
  findings,
  summary: { pass: 1, warn: 2, fail: 3, ignored: 4 },
});

const WARNING: LintFinding = {
  id: 'a.b',
  status: 'warn',
  key: 'a.b',
  message: 'is wrong',
  fix: 'correct it',
};

describe('formatLintText', () => {
  it('has a line a finding, and what to do below those that do not pass', () => {
    const passing: LintFinding = { id: 'c', status: 'pass', key: 'c', message: 'is right' };
    expect(formatLintText(report(WARNING, passing, { ...WARNING, status: 'fail' }))).to.equal(
      [
        '[WARN] a.b: is wrong',
        '  fix: correct it',
        '[PASS] c: is right',
        '[FAIL] a.b: is wrong',
        '  fix: correct it',
        '1 passed, 2 warned, 3 failed, 4 ignored for production',
      ].join('\n'),
    );
  });

  const places = [
    [{ kind: 'file', name: '/etc/s.yaml', line: 7, column: 3 }, '/etc/s.yaml:7'],
    [{ kind: 'environment', name: 'STACYVM_A_B' }, 'STACYVM_A_B'],
    [{ kind: 'flag', name: '--port' }, '--port'],
    [
      { kind: 'secret_file', name: '/run/k', namedBy: { kind: 'file', name: '/etc/s.yaml', line: 9 } },
      '/etc/s.yaml:9',
    ],
  ] as const;
  for (const [origin, place] of places) {
    it(`says where it was written: ${place}`, () => {
      expect(formatLintText(report({ ...WARNING, origin }))).to.contain(`[WARN] a.b: is wrong  (${place})\n`);
    });
  }

  it('says why a finding is ignored instead of what to do', () => {
    const text = formatLintText(report({ ...WARNING, ignoredReason: 'we\u001b[2J know' }));
    expect(text).to.match(/^\[IGNORED\] a\.b: is wrong\n {2}reason: we\\u\{1b\}\[2J know\n/);
  });

  it('leaves out what passes when it is quiet', () => {
    const passing: LintFinding = { id: 'c', status: 'pass', key: 'c', message: 'is right' };
    const text = formatLintText(report(WARNING, passing), { quiet: true });
    expect(text).to.contain('[WARN]').and.not.contain('[PASS]');
  });

  it('shows no control character of the configuration', () => {
    const text = inDirectory((directory) => {
      const settings = {
        'server.cors_allowed_origins': ['https://a.test'],
        'auth.worker_tokens': { 'w\u001b[2J\nx': 'short' },
      };
      return formatLintText(lintSettings(loadConfiguration(directory, { settings }), { production: true }));
    });
    expect(text).to.contain('w\\u{1b}[2J\\u{a}x').and.not.contain('\u001b');
  });
});
