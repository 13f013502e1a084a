import { expect } from 'chai';
import { LINT_RULES } from '../../src/lint/index.js';
import { AUDIT_CASES } from './cases/audit.js';
import { CALLER_CASES } from './cases/callers.js';
import { CERTIFICATE_CASES } from './cases/certificates.js';
import { EXPOSURE_CASES } from './cases/exposure.js';
import { FURTHER_CASES } from './cases/further.js';
import { OIDC_CASES } from './cases/oidc.js';
import { OPERATION_CASES } from './cases/operation.js';
import { RPC_TLS_CASES } from './cases/rpc-tls.js';
import { SANDBOX_CASES } from './cases/sandboxes.js';
import { SECRET_CASES } from './cases/secrets.js';
import { WORKER_CREDENTIAL_CASES } from './cases/worker-credentials.js';

const CASES = [
  ...CALLER_CASES,
  ...WORKER_CREDENTIAL_CASES,
  ...OIDC_CASES,
  ...OPERATION_CASES,
  ...RPC_TLS_CASES,
  ...SANDBOX_CASES,
  ...FURTHER_CASES,
  ...SECRET_CASES,
  ...EXPOSURE_CASES,
  ...CERTIFICATE_CASES,
  ...AUDIT_CASES,
];

/** These speak only when something is wrong. */
const NEVER_PASS = [
  'auth.worker_token',
  'auth.oidc_public_key_file',
  'policy.dead',
  'policy.duplicate',
  'policy.conflicting',
  'policy.allow_without_effect',
];

/** The loader refuses what these would find; `config` has tests of its own. The README lists them. */
const NEVER_WRONG = ['config', 'database.dsn', 'defaults.max_ttl'];

describe('the tables of lint rules', () => {
  it('have rules that exist only', () => {
    const ids = new Set(LINT_RULES.map(({ id }) => id));
    expect([...new Set(CASES.map(({ rule }) => rule))].filter((rule) => !ids.has(rule))).to.deep.equal([]);
  });

  for (const { id, level } of LINT_RULES) {
    it(`have a case of ${id} for each thing that it can say`, () => {
      const said = new Set(CASES.filter(({ rule }) => rule === id).map(({ says }) => says));
      expect(said.has('note'), 'passes').to.equal(!NEVER_PASS.includes(id));
      if (level !== 'note') expect(said.has(level), level).to.equal(!NEVER_WRONG.includes(id));
    });

    it(`have no case of ${id} that is worse than it admits`, () => {
      const order = ['silent', 'note', 'advice', 'problem', 'failure'];
      const worst = Math.max(
        ...CASES.filter(({ rule }) => rule === id).map(({ says }) => order.indexOf(says)),
      );
      expect(worst).to.be.at.most(order.indexOf(level));
    });
  }
});
