import type { LintCheck, LintRule } from './rule.js';
import { AUDIT_CHECKS } from './rules/audit.js';
import { ADMINISTRATION_CHECKS, CALLER_CHECKS, FURTHER_CALLER_CHECKS } from './rules/callers.js';
import { CERTIFICATE_CHECKS } from './rules/certificates.js';
import { CONFIGURATION_CHECKS, FURTHER_CONFIGURATION_CHECKS } from './rules/configuration.js';
import { DATABASE_CHECKS, FURTHER_DATABASE_CHECKS } from './rules/database.js';
import { EXPOSURE_CHECKS } from './rules/exposure.js';
import { LIMIT_CHECKS } from './rules/limits.js';
import { FURTHER_OIDC_CHECKS, OIDC_CHECKS } from './rules/oidc.js';
import { POLICY_CHECKS } from './rules/policies.js';
import { FURTHER_REQUEST_CHECKS, REQUEST_CHECKS } from './rules/requests.js';
import { RPC_TLS_CHECKS } from './rules/rpc-tls.js';
import { FURTHER_SANDBOX_CHECKS, SANDBOX_CHECKS } from './rules/sandboxes.js';
import { SECRET_CHECKS } from './rules/secrets.js';
import { FURTHER_WORKER_CREDENTIAL_CHECKS, WORKER_CREDENTIAL_CHECKS } from './rules/worker-credentials.js';

/** Every check in the order of reports: those of the reference in its order, then ours. */
export const LINT_CHECKS: readonly LintCheck[] = [
  ...CONFIGURATION_CHECKS,
  ...CALLER_CHECKS,
  ...WORKER_CREDENTIAL_CHECKS,
  ...ADMINISTRATION_CHECKS,
  ...OIDC_CHECKS,
  ...REQUEST_CHECKS,
  ...DATABASE_CHECKS,
  ...LIMIT_CHECKS,
  ...RPC_TLS_CHECKS,
  ...SANDBOX_CHECKS,

  ...FURTHER_CONFIGURATION_CHECKS,
  ...FURTHER_CALLER_CHECKS,
  ...FURTHER_OIDC_CHECKS,
  ...SECRET_CHECKS,
  ...FURTHER_WORKER_CREDENTIAL_CHECKS,
  ...FURTHER_DATABASE_CHECKS,
  ...FURTHER_REQUEST_CHECKS,
  ...EXPOSURE_CHECKS,
  ...CERTIFICATE_CHECKS,
  ...FURTHER_SANDBOX_CHECKS,
  ...POLICY_CHECKS,
  ...AUDIT_CHECKS,
];

/** Every rule once, in the order of reports. */
export const LINT_RULES: readonly LintRule[] = LINT_CHECKS.filter(
  ({ id }, index) => LINT_CHECKS.findIndex((check) => check.id === id) === index,
).map(({ demands, id, level, role }) => ({ id, demands, level, role }));
