import { strongSecret } from '../configuration.js';
import type { RuleCase } from '../rule-case.js';

const OIDC = { 'auth.oidc_enabled': true, 'auth.oidc_issuer': 'https://id.mycompany.net' };
const CORP = { name: 'corp', issuer: 'https://id.corp.net' };
const SIGNED = { 'auth.worker_signing_key': strongSecret('signing') };
const SHARED = { 'auth.worker_token': strongSecret('shared') };
const dsn = (text: string) => ({ 'database.dsn': text });
const origins = (...list: readonly string[]) => ({ 'server.cors_allowed_origins': list });
const ssl = (says: RuleCase['says'], text: string): RuleCase => ({
  rule: 'database.sslmode',
  when: text,
  says,
  settings: dsn(text),
});
const migrates = (
  says: RuleCase['says'],
  migration: string,
  settings: Readonly<Record<string, unknown>>,
): RuleCase => ({
  rule: 'auth.worker_token_migration',
  when: `${migration} with ${Object.keys(settings).join(' and ')}`,
  says,
  settings: { ...settings, 'auth.worker_token_migration': migration },
});
const binds = (
  role: 'control-plane' | 'worker',
  says: RuleCase['says'],
  when: string,
  settings: Readonly<Record<string, unknown>>,
): RuleCase => ({
  rule: role === 'worker' ? 'auth.worker_token_certificate' : 'auth.worker_token_binding',
  when: `required with ${when}`,
  says,
  settings: { ...settings, 'auth.worker_token_binding': 'required' },
  options: { role },
});

const CONFIGURATION: readonly RuleCase[] = [
  { rule: 'config.unsupported', when: 'nothing', says: 'note' },
  {
    rule: 'config.unsupported',
    when: 'a key of the reference',
    says: 'advice',
    settings: { 'pool.max_vms': 3 },
    key: 'pool',
  },
  {
    rule: 'config.unsupported',
    when: 'a variable of the reference',
    says: 'advice',
    env: { STACYVM_POOL_MAX_VMS: '3' },
  },
  { rule: 'config.unknown_variable', when: 'none', says: 'note', env: { STACYVM_API_KEY: 'of the client' } },
  {
    rule: 'config.unknown_variable',
    when: 'a mistyped one',
    says: 'advice',
    env: { STACYVM_SERVER_PROT: '1' },
    message: /STACYVM_SERVER_PORT|server\.port/,
  },
  { rule: 'config.inconsistent', when: 'all fits', says: 'note' },
  {
    rule: 'config.inconsistent',
    when: 'a burst above the rate',
    says: 'advice',
    settings: { 'rate_limit.requests_per_minute': 10, 'rate_limit.burst': 20 },
    key: 'rate_limit.burst',
  },
  {
    rule: 'config.inconsistent',
    when: 'read by the other program',
    says: 'note',
    settings: { 'rate_limit.requests_per_minute': 10, 'rate_limit.burst': 20 },
    options: { role: 'worker' },
  },
  { rule: 'config.start', when: 'it starts', says: 'note' },
  {
    rule: 'config.start',
    when: 'a placeholder',
    says: 'problem',
    settings: { 'auth.api_key': 'change-me' },
    key: 'auth.api_key',
    message: /control plane refuses to start/,
  },
  {
    rule: 'config.start',
    when: 'what the worker lacks',
    says: 'problem',
    settings: { 'worker.rpc_tls.enabled': true },
    options: { role: 'worker' },
    message: /worker refuses to start/,
  },
  {
    rule: 'config.start',
    when: 'what the other program lacks',
    says: 'note',
    settings: { 'auth.enabled': true },
    options: { role: 'worker' },
  },
];

const CREDENTIALS: readonly RuleCase[] = [
  { rule: 'auth.enabled_without_credentials', when: 'off', says: 'silent' },
  {
    rule: 'auth.enabled_without_credentials',
    when: 'nothing',
    says: 'problem',
    settings: { 'auth.enabled': true },
  },
  {
    rule: 'auth.enabled_without_credentials',
    when: 'a key',
    says: 'note',
    settings: { 'auth.api_key': strongSecret('a') },
  },
  { rule: 'auth.enabled_without_credentials', when: 'OIDC', says: 'note', settings: OIDC },
  { rule: 'auth.oidc_ignored', when: 'on', says: 'silent', settings: OIDC },
  { rule: 'auth.oidc_ignored', when: 'off, and nothing is set', says: 'note' },
  {
    rule: 'auth.oidc_ignored',
    when: 'off, and the issuer is set',
    says: 'advice',
    settings: { 'auth.oidc_issuer': 'https://id.mycompany.net' },
    message: /auth\.oidc_issuer/,
  },
  { rule: 'auth.oidc_https', when: 'off', says: 'silent' },
  { rule: 'auth.oidc_https', when: 'https', says: 'note', settings: OIDC },
  {
    rule: 'auth.oidc_https',
    when: 'an issuer in clear',
    says: 'problem',
    settings: { ...OIDC, 'auth.oidc_issuer': 'http://id.mycompany.net' },
    key: 'auth.oidc_issuer',
  },
  {
    rule: 'auth.oidc_https',
    when: 'keys in clear',
    says: 'problem',
    settings: { ...OIDC, 'auth.oidc_jwks_url': 'http://id.mycompany.net/jwks' },
    key: 'auth.oidc_jwks_url',
  },
  { rule: 'auth.oidc_issuers', when: 'off', says: 'silent' },
  { rule: 'auth.oidc_issuers', when: 'there are none', says: 'silent', settings: OIDC },
  {
    rule: 'auth.oidc_issuers',
    when: 'one with an audience',
    says: 'note',
    settings: { ...OIDC, 'auth.oidc_issuers': [{ ...CORP, audience: 'stacyvm' }] },
  },
  {
    rule: 'auth.oidc_issuers',
    when: 'keys in clear',
    says: 'problem',
    settings: {
      ...OIDC,
      'auth.oidc_issuers': [{ ...CORP, audience: 'a', jwks_url: 'http://id.corp.net/jwks' }],
    },
    message: /corp is not asked by https/,
  },
  {
    rule: 'auth.oidc_issuers',
    when: 'one without an audience',
    says: 'advice',
    settings: { ...OIDC, 'auth.oidc_issuers': [CORP] },
    message: /corp has no audience/,
  },
  {
    rule: 'auth.oidc_issuers',
    when: 'a role for everybody',
    says: 'advice',
    settings: { ...OIDC, 'auth.oidc_issuers': [{ ...CORP, audience: 'a', default_role: 'viewer' }] },
    message: /users of corp without a mapped group get the role viewer/,
  },
  { rule: 'auth.oidc_default_role', when: 'off', says: 'silent' },
  { rule: 'auth.oidc_default_role', when: 'none', says: 'note', settings: OIDC },
  {
    rule: 'auth.oidc_default_role',
    when: 'viewer',
    says: 'advice',
    settings: { ...OIDC, 'auth.oidc_default_role': 'viewer' },
    message: /viewer/,
  },
  { rule: 'auth.worker_token_profile', when: 'strict', says: 'note' },
  {
    rule: 'auth.worker_token_profile',
    when: 'compatible',
    says: 'problem',
    settings: { 'auth.worker_token_profile': 'compatible' },
  },
  { rule: 'auth.worker_key_scope', when: 'no signing keys', says: 'silent' },
  { rule: 'auth.worker_key_scope', when: 'any', says: 'problem', settings: SIGNED },
  {
    rule: 'auth.worker_key_scope',
    when: 'any, with keys that verify',
    says: 'problem',
    settings: { 'auth.worker_signing_keys': [strongSecret('old')] },
  },
  {
    rule: 'auth.worker_key_scope',
    when: 'derived',
    says: 'note',
    settings: { ...SIGNED, 'auth.worker_key_scope': 'derived' },
  },
  ...(['auth.worker_token_binding', 'auth.worker_token_certificate'] as const).map((rule) => ({
    rule,
    when: 'not required',
    says: 'silent' as const,
    options: {
      role: rule === 'auth.worker_token_binding' ? ('control-plane' as const) : ('worker' as const),
    },
  })),
  binds('control-plane', 'problem', 'no TLS', { 'server.tls.client_ca_file': 'ca.crt' }),
  binds('control-plane', 'problem', 'no client CA', { 'server.tls.enabled': true }),
  binds('control-plane', 'note', 'a client CA', {
    'server.tls.enabled': true,
    'server.tls.client_ca_file': 'ca.crt',
  }),
  binds('worker', 'problem', 'calls in clear', {}),
  binds('worker', 'problem', 'no certificate', { 'worker.rpc_tls.enabled': true }),
  binds('worker', 'note', 'a certificate', {
    'worker.rpc_tls.enabled': true,
    'worker.control_plane_client_cert_file': 'worker.crt',
    'worker.control_plane_client_key_file': 'worker.key',
  }),
  { rule: 'auth.worker_token_migration', when: 'no static tokens', says: 'silent', settings: SIGNED },
  migrates('problem', 'strict', SHARED),
  migrates('problem', 'none', { ...SHARED, ...SIGNED }),
  migrates('advice', 'none', { 'auth.worker_tokens': { a: strongSecret('a') } }),
  migrates('note', 'warn', { ...SHARED, ...SIGNED }),
];

const DATABASE: readonly RuleCase[] = [
  { rule: 'database.embedded', when: 'embedded', says: 'problem' },
  { rule: 'database.embedded', when: 'postgres', says: 'note', settings: dsn('postgres:///stacyvm') },
  { rule: 'database.sslmode', when: 'embedded', says: 'silent' },
  ssl('note', 'postgres:///stacyvm'),
  ssl('note', 'postgres://u:p@localhost:5432/stacyvm'),
  ssl('note', 'postgres://u:p@[::1]:5432/stacyvm?sslmode=disable'),
  ssl('note', 'postgres://%2Fvar%2Frun%2Fpostgresql/stacyvm'),
  ssl('note', 'postgres:///stacyvm?host=/var/run/postgresql'),
  ssl('note', 'host=/var/run/postgresql dbname=stacyvm'),
  ssl('problem', 'postgres://u:p@db.mycompany.net/stacyvm'),
  ssl('problem', 'postgres://u:p@db.mycompany.net/stacyvm?sslmode=disable'),
  ssl('problem', 'postgres://u:p@db.mycompany.net/stacyvm?sslmode=prefer'),
  ssl('problem', 'postgres://u:p@db.mycompany.net/stacyvm?sslmode=no-verify'),
  ssl('problem', 'postgres:///stacyvm?host=db.mycompany.net'),
  ssl('problem', 'host=db.mycompany.net dbname=stacyvm'),
  ssl('problem', 'postgres://u:p%40@localhost@db.mycompany.net/stacyvm'),
  ssl('advice', 'postgres://u:p@db.mycompany.net/stacyvm?sslmode=require'),
  ssl('note', 'postgres://u:p@db.mycompany.net/stacyvm?sslmode=verify-full'),
  ssl('note', "host='db.mycompany.net' sslmode=verify-ca"),
];

const cors = (rule: string, says: RuleCase['says'], ...list: readonly string[]): RuleCase => ({
  rule,
  when: list.join(' ') || 'none',
  says,
  settings: origins(...list),
});

const REQUESTS: readonly RuleCase[] = [
  cors('server.cors_origin_host', 'silent'),
  cors('server.cors_origin_host', 'silent', '*'),
  cors(
    'server.cors_origin_host',
    'note',
    'https://console.mycompany.net',
    'https://example.com.mycompany.net',
  ),
  ...[
    'https://example.com',
    'https://stacyvm.example.com',
    'https://EXAMPLE.org:8443',
    'https://console.test',
  ].map((origin) => cors('server.cors_origin_host', 'problem', 'https://console.mycompany.net', origin)),
  cors('server.cors_origin_scheme', 'silent'),
  cors('server.cors_origin_scheme', 'note', 'https://console.mycompany.net'),
  cors('server.cors_origin_scheme', 'problem', 'http://console.mycompany.net'),
  cors('server.cors_origin_scheme', 'problem', 'http://localhost:3000'),
  { rule: 'server.trusted_proxies', when: 'none', says: 'silent' },
  {
    rule: 'server.trusted_proxies',
    when: 'one',
    says: 'note',
    settings: { 'server.trusted_proxies': ['10.0.0.0/8'] },
  },
  {
    rule: 'server.trusted_proxies',
    when: 'everybody',
    says: 'problem',
    settings: { 'server.trusted_proxies': ['10.0.0.1', '0.0.0.0/0'] },
  },
];

const SANDBOXES: readonly RuleCase[] = [
  { rule: 'providers.mock', when: 'not in use', says: 'note' },
  {
    rule: 'providers.mock',
    when: 'enabled',
    says: 'problem',
    settings: { 'providers.mock.enabled': true },
    key: 'providers.mock.enabled',
  },
  {
    rule: 'providers.mock',
    when: 'the default',
    says: 'problem',
    settings: { 'providers.default': 'mock' },
    key: 'providers.default',
  },
  {
    rule: 'providers.mock',
    when: 'the default, for a worker, which runs what names no provider',
    says: 'problem',
    settings: { 'providers.default': 'mock' },
    key: 'providers.default',
    options: { role: 'worker' },
  },
];

const POLICY_STORE: readonly RuleCase[] = [
  { rule: 'policy.store', when: 'nobody wants to know', says: 'silent' },
  ...(
    [
      ['read', 'note'],
      ['skipped', 'note'],
      ['failed', 'problem'],
    ] as const
  ).map(
    ([outcome, says]): RuleCase => ({
      rule: 'policy.store',
      when: outcome,
      says,
      options: { policyReading: { outcome, message: 'it went as it went' } },
      message: /^it went as it went$/,
    }),
  ),
];

const POLICIES: readonly RuleCase[] = (
  [
    ['dead', 'advice'],
    ['duplicate', 'advice'],
    ['conflicting', 'problem'],
    ['allow_without_effect', 'advice'],
  ] as const
).flatMap(([kind, says]): readonly RuleCase[] => [
  { rule: `policy.${kind}`, when: 'nobody looked', says: 'silent' },
  {
    rule: `policy.${kind}`,
    when: 'found',
    says,
    options: { policyFindings: [{ kind, policyId: 'pol-1', message: 'is what it is' }] },
    key: 'pol-1',
    message: /^pol-1: is what it is$/,
  },
]);

/** The rules that the reference does not have, but for secrets, exposure and certificates. */
export const FURTHER_CASES: readonly RuleCase[] = [
  ...CONFIGURATION,
  ...CREDENTIALS,
  ...DATABASE,
  ...REQUESTS,
  ...SANDBOXES,
  ...POLICY_STORE,
  ...POLICIES,
];
