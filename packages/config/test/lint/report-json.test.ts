import { expect } from 'chai';
import { lintReportJson, lintSettings } from '../../src/lint/index.js';
import { inDirectory, loadConfiguration, strongSecret } from './configuration.js';

describe('lintReportJson', () => {
  it('has every member of every finding', () => {
    inDirectory((directory) => {
      const loaded = loadConfiguration(directory, {
        settings: { 'logging.format': 'pretty', 'rate_limit.key_by': 'ip', 'auth.api_key_file': 'key' },
        files: { key: strongSecret('a') },
        env: { STACYVM_RATE_LIMIT_KEY_BY: 'ip' },
      });
      const report = lintSettings(loaded, {
        production: true,
        role: 'control-plane',
        rules: [
          'logging.format',
          'rate_limit.key_by',
          'rate_limit.enabled',
          'auth.api_key',
          'auth.key_separation',
        ],
        ignore: new Map([['rate_limit.enabled', 'a proxy does it']]),
      });
      const file = `${directory}/stacyvm.yaml`;
      const finding = {
        status: 'pass',
        severity: 'none',
        file: null,
        line: null,
        origin: null,
        fix: null,
        ignored_reason: null,
      };
      expect(lintReportJson(report)).to.deep.equal({
        version: 1,
        mode: 'production',
        role: 'control-plane',
        config_file: file,
        summary: { pass: 2, warn: 1, fail: 1, ignored: 1 },
        findings: [
          {
            ...finding,
            id: 'auth.api_key',
            key: 'auth.api_key',
            file,
            line: 6,
            origin: `${file}:6`,
            message: 'the key of callers is set and long enough',
          },
          {
            ...finding,
            id: 'auth.key_separation',
            key: 'auth.admin_api_key',
            message: 'callers and administrators do not share a key',
          },
          {
            ...finding,
            id: 'rate_limit.enabled',
            status: 'ignored',
            severity: 'error',
            key: 'rate_limit.enabled',
            message: 'a caller may make any number of requests',
            fix: 'set rate_limit.enabled to true',
            ignored_reason: 'a proxy does it',
          },
          {
            ...finding,
            id: 'rate_limit.key_by',
            status: 'warn',
            severity: 'warning',
            key: 'rate_limit.key_by',
            origin: 'STACYVM_RATE_LIMIT_KEY_BY',
            message: 'callers are told apart by address: all behind one address share a limit',
            fix: 'set rate_limit.key_by to owner or api_key',
          },
          {
            ...finding,
            id: 'logging.format',
            status: 'fail',
            severity: 'error',
            key: 'logging.format',
            file,
            line: 2,
            origin: `${file}:2`,
            message: 'logs are not written as JSON',
            fix: 'set logging.format to json',
          },
        ],
      });
    });
  });

  it('has no file when there is none', () => {
    const report = {
      production: false,
      role: 'all',
      configFile: undefined,
      findings: [],
      summary: { pass: 0, warn: 0, fail: 0, ignored: 0 },
    } as const;
    expect(lintReportJson(report)).to.include({ config_file: null, mode: 'development', role: 'all' });
  });
});
