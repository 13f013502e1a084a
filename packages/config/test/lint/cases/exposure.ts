import type { RuleCase } from '../rule-case.js';

const TLS = { 'worker.rpc_tls.enabled': true };
const listens = (says: RuleCase['says'], address: string, more = {}): RuleCase => ({
  rule: 'worker.rpc_tls.public_listen',
  when: `${address} ${JSON.stringify(more)}`,
  says,
  settings: { 'worker.listen_addr': address, ...more },
});
const reaches = (says: RuleCase['says'], url: string): RuleCase => ({
  rule: 'worker.control_plane_url',
  when: url,
  says,
  settings: { 'worker.control_plane_url': url },
});
const advertises = (says: RuleCase['says'], url: string, more = {}): RuleCase => ({
  rule: 'worker.advertise_url',
  when: `${url} ${JSON.stringify(more)}`,
  says,
  settings: { 'worker.advertise_url': url, ...more },
});
const calls = (says: RuleCase['says'], hosts: readonly string[]): RuleCase => ({
  rule: 'worker_rpc.allowed_hosts',
  when: hosts.join(' ') || 'none',
  says,
  settings: { 'worker_rpc.allowed_hosts': hosts },
});

/** Who reaches what in clear, and whom the control plane lets itself be sent to. */
export const EXPOSURE_CASES: readonly RuleCase[] = [
  { rule: 'server.tls.public_bind', when: 'every address, in clear', says: 'advice' },
  ...['127.0.0.1', '::1', 'localhost', '127.8.0.1'].map(
    (host): RuleCase => ({
      rule: 'server.tls.public_bind',
      when: host,
      says: 'note',
      settings: { 'server.host': host },
    }),
  ),
  {
    rule: 'server.tls.public_bind',
    when: 'https',
    says: 'note',
    settings: { 'server.tls.enabled': true, 'server.tls.cert_file': 'a', 'server.tls.key_file': 'b' },
  },
  listens('note', '127.0.0.1:7430'),
  listens('note', '[::1]:7430'),
  listens('note', 'localhost:7430'),
  listens('problem', '0.0.0.0:7430'),
  listens('problem', ':7430'),
  listens('problem', '[::]:7430'),
  listens('problem', '10.1.2.3:7430'),
  listens('silent', '0.0.0.0:7430', TLS),
  reaches('note', 'http://localhost:7423'),
  reaches('note', 'http://127.0.0.1:7423'),
  reaches('note', 'http://[::1]:7423'),
  reaches('note', 'https://stacyvm.mycompany.net'),
  reaches('problem', 'http://stacyvm.mycompany.net'),
  reaches('problem', 'http://localhost.mycompany.net'),
  advertises('silent', ''),
  advertises('note', 'http://worker-a.mycompany.net:7430'),
  advertises('problem', 'http://0.0.0.0:7430'),
  advertises('problem', 'https://[::]:7430', TLS),
  advertises('problem', 'http://worker-a.mycompany.net:7430', TLS),
  advertises('note', 'https://worker-a.mycompany.net:7430', TLS),
  calls('problem', []),
  calls('problem', ['10.0.0.0/8', '0.0.0.0/0']),
  calls('note', ['*.workers.mycompany.net', '10.0.0.0/8']),
  { rule: 'worker_rpc.allowed_schemes', when: 'no TLS', says: 'silent' },
  { rule: 'worker_rpc.allowed_schemes', when: 'both', says: 'problem', settings: TLS },
  {
    rule: 'worker_rpc.allowed_schemes',
    when: 'https',
    says: 'note',
    settings: { ...TLS, 'worker_rpc.allowed_schemes': ['https'] },
  },
];
