import type { RuleCase } from '../rule-case.js';

const RPC_TLS = { 'worker.rpc_tls.enabled': true };

export const RPC_TLS_CASES: readonly RuleCase[] = [
  { rule: 'worker.rpc_tls.enabled', when: 'false', says: 'advice' },
  { rule: 'worker.rpc_tls.enabled', when: 'true', says: 'note', settings: RPC_TLS },
  ...(
    [
      ['worker.rpc_tls.server_cert', ['server_cert_file', 'server_key_file'], 'control-plane'],
      ['worker.rpc_tls.client_ca', ['client_ca_file'], 'control-plane'],
      ['worker.rpc_tls.ca', ['ca_file'], 'worker'],
      ['worker.rpc_tls.client_cert', ['client_cert_file', 'client_key_file'], 'worker'],
    ] as const
  ).flatMap(([rule, names, other]): readonly RuleCase[] => [
    { rule, when: 'TLS is off', says: 'silent' },
    { rule, when: 'nothing', says: 'problem', settings: RPC_TLS },
    {
      rule,
      when: 'all',
      says: 'note',
      settings: {
        ...RPC_TLS,
        ...Object.fromEntries(names.map((name) => [`worker.rpc_tls.${name}`, '/etc/stacyvm/x.pem'])),
      },
    },
    {
      rule,
      when: `for a ${other}, which does not read it`,
      says: 'silent',
      settings: RPC_TLS,
      options: { role: other },
    },
  ]),
  {
    rule: 'worker.rpc_tls.insecure_skip_verify',
    when: 'TLS is off',
    says: 'silent',
    settings: { 'worker.rpc_tls.insecure_skip_verify': true },
  },
  {
    rule: 'worker.rpc_tls.insecure_skip_verify',
    when: 'true',
    says: 'problem',
    settings: { ...RPC_TLS, 'worker.rpc_tls.insecure_skip_verify': true },
  },
  { rule: 'worker.rpc_tls.insecure_skip_verify', when: 'false', says: 'note', settings: RPC_TLS },
];
