import { expect } from 'chai';
import { ConfigError } from '../../src/index.js';
import { lintConfiguration } from './configuration.js';

/** What rules of the linter would find, had the loader not refused it before; the README says so. */
const REFUSED: Readonly<Record<string, unknown>>[] = [
  { 'database.driver': 'postgres' },
  { 'defaults.max_ttl': '0s' },
  { 'defaults.max_exec_timeout': '0s' },
  { 'rate_limit.requests_per_minute': 0 },
  { 'providers.docker.memory': '' },
  { 'providers.docker.cpus': '' },
  { 'providers.docker.runtime': '' },
  { 'providers.docker.network_mode': '' },
  { 'providers.docker.seccomp_profile': '' },
  { 'server.cors_allowed_origins': ['null'] },
];

describe('what the loader refuses', () => {
  for (const settings of REFUSED) {
    it(`is not left to the linter: ${JSON.stringify(settings)}`, () => {
      expect(() => lintConfiguration({ settings })).to.throw(ConfigError);
    });
  }
});
