import { expect } from 'chai';
import { ConfigError, describeProblem, loadForStart, type Program, startProblems } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

const KEY = 'b4d4c1f0e1a2938475f6b4d4c1f0e1a2';

const CASES: readonly (readonly [
  name: string,
  text: string,
  expected: Readonly<Record<Program, readonly string[]>>,
])[] = [
  ['nothing that is configured', '', { 'control-plane': [], worker: [] }],
  [
    'real keys',
    `auth: {api_key: ${KEY}, worker_signing_key: ${KEY}${KEY}}`,
    { 'control-plane': [], worker: [] },
  ],
  [
    'a placeholder as key of callers',
    'auth:\n  api_key: change-me\n  admin_api_key: your-admin-api-key\n',
    {
      'control-plane': [
        'stacyvm.yaml:3:3: auth.admin_api_key: is a placeholder; generate a secret, for example: openssl rand -hex 32',
        'stacyvm.yaml:2:3: auth.api_key: is a placeholder; generate a secret, for example: openssl rand -hex 32',
      ],
      worker: [],
    },
  ],
  [
    'a placeholder as a key of workers',
    `auth:
  worker_signing_key: replace-me
  worker_signing_keys: [${KEY}, "<old key>"]
  worker_tokens: {a: ${KEY}, worker-1: change-me}
`,
    {
      'control-plane': [
        'stacyvm.yaml:2:3: auth.worker_signing_key: is a placeholder; generate a secret, for example: openssl rand -hex 32',
        'stacyvm.yaml:3:3: auth.worker_signing_keys: number 2 is a placeholder; generate a secret, for example: openssl rand -hex 32',
        'stacyvm.yaml:4:3: auth.worker_tokens: worker-1 is a placeholder; generate a secret, for example: openssl rand -hex 32',
      ],
      worker: [
        'stacyvm.yaml:2:3: auth.worker_signing_key: is a placeholder; generate a secret, for example: openssl rand -hex 32',
        'stacyvm.yaml:3:3: auth.worker_signing_keys: number 2 is a placeholder; generate a secret, for example: openssl rand -hex 32',
        'stacyvm.yaml:4:3: auth.worker_tokens: worker-1 is a placeholder; generate a secret, for example: openssl rand -hex 32',
      ],
    },
  ],
  [
    'a placeholder as password of the database',
    'database: {dsn: "postgres://stacyvm:change-me@db/stacyvm"}',
    {
      'control-plane': [
        'stacyvm.yaml:1:12: database.dsn: the password in it is a placeholder; give the database user a password of its own',
      ],
      worker: [],
    },
  ],
  [
    'a database that is not named by a URL',
    'database: {dsn: "host=db user=stacyvm password=Zq7Xw9Kv"}',
    {
      'control-plane': ['stacyvm.yaml:1:12: database.dsn: must be a URL that begins with postgres://'],
      worker: [],
    },
  ],
  [
    'a database by its longer scheme',
    'database: {dsn: "postgresql://db/x"}',
    { 'control-plane': [], worker: [] },
  ],
  [
    'authentication without anything to authenticate with',
    'auth: {enabled: true}',
    {
      'control-plane': [
        'stacyvm.yaml:1:8: auth.enabled: is true, and there is nothing to authenticate with; set auth.admin_api_key_file, auth.api_key_file or auth.oidc_enabled',
      ],
      worker: [],
    },
  ],
  [
    'no authentication although there are keys',
    `auth: {enabled: false, api_key: ${KEY}}`,
    { 'control-plane': [], worker: [] },
  ],
  [
    'OIDC without issuer',
    'auth: {oidc_enabled: true}',
    {
      'control-plane': ['stacyvm.yaml:1:8: auth.oidc_issuer: is required while auth.oidc_enabled is true'],
      worker: [],
    },
  ],
  [
    'OIDC with issuer',
    'auth: {enabled: true, oidc_enabled: true, oidc_issuer: "https://issuer.example.com"}',
    { 'control-plane': [], worker: [] },
  ],
  [
    'TLS without files',
    'server: {tls: {enabled: true}}\nworker: {rpc_tls: {enabled: true}}\n',
    {
      'control-plane': [
        'stacyvm.yaml:1:16: server.tls.cert_file: is required while server.tls.enabled is true',
        'stacyvm.yaml:1:16: server.tls.key_file: is required while server.tls.enabled is true',
        'stacyvm.yaml:2:20: worker.rpc_tls.ca_file: is required while worker.rpc_tls.enabled is true',
        'stacyvm.yaml:2:20: worker.rpc_tls.client_cert_file: is required while worker.rpc_tls.enabled is true',
        'stacyvm.yaml:2:20: worker.rpc_tls.client_key_file: is required while worker.rpc_tls.enabled is true',
      ],
      worker: [
        'stacyvm.yaml:2:20: worker.rpc_tls.client_ca_file: is required while worker.rpc_tls.enabled is true',
        'stacyvm.yaml:2:20: worker.rpc_tls.server_cert_file: is required while worker.rpc_tls.enabled is true',
        'stacyvm.yaml:2:20: worker.rpc_tls.server_key_file: is required while worker.rpc_tls.enabled is true',
      ],
    },
  ],
  [
    'TLS of the control plane with its files',
    'worker: {rpc_tls: {enabled: true, ca_file: ca, client_cert_file: c, client_key_file: k}}',
    {
      'control-plane': [],
      worker: [
        'stacyvm.yaml:1:20: worker.rpc_tls.client_ca_file: is required while worker.rpc_tls.enabled is true',
        'stacyvm.yaml:1:20: worker.rpc_tls.server_cert_file: is required while worker.rpc_tls.enabled is true',
        'stacyvm.yaml:1:20: worker.rpc_tls.server_key_file: is required while worker.rpc_tls.enabled is true',
      ],
    },
  ],
  [
    'certificates that are not checked, and a name that they must carry',
    'worker: {rpc_tls: {enabled: true, insecure_skip_verify: true, server_name: w, client_cert_file: c, client_key_file: k, server_cert_file: c, server_key_file: k, client_ca_file: a}}',
    {
      'control-plane': [
        'stacyvm.yaml:1:35: worker.rpc_tls.insecure_skip_verify: is true, so that worker.rpc_tls.server_name would never be checked; remove one of them',
      ],
      worker: [],
    },
  ],
];

describe('startProblems', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  for (const [name, text, expected] of CASES) {
    for (const program of ['control-plane', 'worker'] as const) {
      it(`of a ${program} with ${name}`, () => {
        const problems = startProblems(scratch.loadText(text), program);
        expect(problems.map((problem) => scratch.plain(describeProblem(problem)))).to.deep.equal(
          expected[program],
        );
      });
    }
  }

  it('are a ConfigError for who loads to start', () => {
    const configFile = scratch.write('stacyvm.yaml', 'auth: {enabled: true}');
    expect(() => loadForStart('control-plane', { configFile, env: {} }))
      .to.throw(ConfigError)
      .with.nested.property('problems[0].code', 'missing');
    expect(loadForStart('worker', { configFile, env: {} }).configFile).to.equal(configFile);
  });
});
