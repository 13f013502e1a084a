import type { SettingKey, Settings } from '../../settings.js';
import { advice, type LintCheck, pass, problem } from '../rule.js';
import type { LintView } from '../view.js';

type TextKey = { [K in SettingKey]: Settings[K] extends string ? K : never }[SettingKey];
type RpcTlsCheck = Omit<LintCheck, 'level'>;

const whileEnabled = (checks: readonly RpcTlsCheck[]): readonly LintCheck[] =>
  checks.map((check) => ({
    ...check,
    level: 'problem',
    check: (view) => (view.settings['worker.rpc_tls.enabled'] ? check.check(view) : undefined),
  }));

const named =
  (keys: readonly TextKey[], given: string, missing: string) =>
  ({ settings }: LintView) => {
    const blank = keys.filter((key) => settings[key].trim() === '');
    return blank.length === 0
      ? pass(given)
      : problem(
          `${missing}: ${blank.join(' and ')} ${blank.length === 1 ? 'is' : 'are'} not set`,
          `set ${blank.join(' and ')}`,
        );
  };

/** Mutual TLS between control planes and workers, as the reference checks it; what only one of them reads, by role. */
export const RPC_TLS_CHECKS: readonly LintCheck[] = [
  {
    id: 'worker.rpc_tls.enabled',
    demands: 'Workers are called by mutual TLS.',
    level: 'advice',
    role: 'both',
    key: 'worker.rpc_tls.enabled',
    check: ({ settings }) =>
      settings['worker.rpc_tls.enabled']
        ? pass('workers are called by mutual TLS')
        : advice('workers are called in clear', 'set worker.rpc_tls.enabled to true, with its certificates'),
  },
  ...whileEnabled([
    {
      id: 'worker.rpc_tls.server_cert',
      demands: 'A worker has a certificate and its key.',
      role: 'worker',
      key: 'worker.rpc_tls.server_cert_file',
      check: named(
        ['worker.rpc_tls.server_cert_file', 'worker.rpc_tls.server_key_file'],
        'the worker has a certificate and its key',
        'the worker cannot serve',
      ),
    },
    {
      id: 'worker.rpc_tls.client_ca',
      demands: 'A worker demands a certificate of the control plane.',
      role: 'worker',
      key: 'worker.rpc_tls.client_ca_file',
      check: named(
        ['worker.rpc_tls.client_ca_file'],
        'the worker demands a certificate of its callers',
        'the worker would not demand a certificate of its callers',
      ),
    },
    {
      id: 'worker.rpc_tls.ca',
      demands: 'A control plane checks the certificates of workers against an authority of their own.',
      role: 'control-plane',
      key: 'worker.rpc_tls.ca_file',
      check: named(
        ['worker.rpc_tls.ca_file'],
        'the control plane checks the certificates of workers',
        'the control plane has no authority to check the certificates of workers against',
      ),
    },
    {
      id: 'worker.rpc_tls.client_cert',
      demands: 'A control plane has a certificate to present to workers, and its key.',
      role: 'control-plane',
      key: 'worker.rpc_tls.client_cert_file',
      check: named(
        ['worker.rpc_tls.client_cert_file', 'worker.rpc_tls.client_key_file'],
        'the control plane has a certificate to present to workers',
        'the control plane has no certificate to present to workers',
      ),
    },
    {
      id: 'worker.rpc_tls.insecure_skip_verify',
      demands: 'The certificates of workers are checked.',
      role: 'control-plane',
      key: 'worker.rpc_tls.insecure_skip_verify',
      check: ({ settings }) =>
        settings['worker.rpc_tls.insecure_skip_verify']
          ? problem(
              'the certificates of workers are not checked',
              'set worker.rpc_tls.insecure_skip_verify to false',
            )
          : pass('the certificates of workers are checked'),
    },
  ]),
];
