import { expect } from 'chai';
import { LINT_RULES } from '../../src/lint/index.js';
import { CALLER_CASES } from './cases/callers.js';
import { OIDC_CASES } from './cases/oidc.js';
import { OPERATION_CASES } from './cases/operation.js';
import { RPC_TLS_CASES } from './cases/rpc-tls.js';
import { SANDBOX_CASES } from './cases/sandboxes.js';
import { WORKER_CREDENTIAL_CASES } from './cases/worker-credentials.js';
import { lintConfiguration, strongSecret } from './configuration.js';
import { describeCases } from './rule-case.js';

const IDS = `
config auth.enabled auth.api_key auth.admin_api_key auth.worker_signing_key auth.worker_signing_key_file
auth.worker_signing_keys auth.worker_revoked_token_ids auth.worker_token auth.worker_token_file auth.worker_tokens
auth.key_separation auth.admin_fallback_enabled auth.admin_audit_retention auth.oidc_enabled auth.oidc_issuer
auth.oidc_jwks_url auth.oidc_public_key auth.oidc_public_key_file auth.oidc_audience auth.oidc_groups
server.cors_allowed_origins rate_limit.enabled rate_limit.capacity rate_limit.key_by database.dsn database.driver
database.path defaults.sandbox_caps defaults.max_spawn_queue defaults.exec_timeouts defaults.max_ttl logging.format
worker.rpc_tls.enabled worker.rpc_tls.server_cert worker.rpc_tls.client_ca worker.rpc_tls.ca worker.rpc_tls.client_cert
worker.rpc_tls.insecure_skip_verify providers.default docker.runtime docker.network_mode docker.seccomp_profile
docker.added_caps docker.dropped_caps docker.resource_limits docker.user`
  .trim()
  .split(/\s+/);

const KEY = strongSecret('signing');
const STATIC = { 'auth.worker_token': strongSecret('shared'), 'auth.worker_revoked_token_ids': ['a'] };
const BY_WORKER = { 'auth.worker_tokens': { 'worker-a': strongSecret('a') } };

/** Which rules speak of the credentials of workers, in their order, by what is configured. */
const CREDENTIAL_ORDER: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly string[]])[] =
  [
    [
      'a signing key and everything else',
      {
        'auth.worker_signing_key': KEY,
        'auth.worker_signing_keys': [strongSecret('old')],
        ...STATIC,
        ...BY_WORKER,
      },
      [
        'worker_signing_key',
        'worker_signing_key_file',
        'worker_signing_keys',
        'worker_revoked_token_ids',
        'worker_token',
        'worker_token_file',
        'worker_tokens',
      ],
    ],
    [
      'keys that verify',
      { 'auth.worker_signing_keys': [KEY], ...STATIC, ...BY_WORKER },
      ['worker_signing_key', 'worker_revoked_token_ids'],
    ],
    ['tokens of single workers', { ...STATIC, ...BY_WORKER }, ['worker_revoked_token_ids', 'worker_tokens']],
    ['a shared token', STATIC, ['worker_revoked_token_ids', 'worker_tokens', 'worker_token_file']],
    ['nothing', { 'auth.worker_revoked_token_ids': ['a'] }, ['worker_revoked_token_ids', 'worker_tokens']],
  ];

describe('lint rules of the reference', () => {
  it('are all there, first and in its order', () => {
    expect(IDS).to.have.length(47);
    expect(LINT_RULES.slice(0, IDS.length).map(({ id }) => id)).to.deep.equal(IDS);
  });

  for (const [name, settings, expected] of CREDENTIAL_ORDER) {
    it(`speak in its order with ${name}`, () => {
      const findings = lintConfiguration({ settings }).map(({ id }) => id);
      const between = findings.slice(
        findings.indexOf('auth.admin_api_key') + 1,
        findings.indexOf('auth.key_separation'),
      );
      expect(between).to.deep.equal(expected.map((id) => `auth.${id}`));
    });
  }

  describeCases([
    ...CALLER_CASES,
    ...WORKER_CREDENTIAL_CASES,
    ...OIDC_CASES,
    ...OPERATION_CASES,
    ...RPC_TLS_CASES,
    ...SANDBOX_CASES,
  ]);
});
