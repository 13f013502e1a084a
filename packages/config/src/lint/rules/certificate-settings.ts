import type { SettingKey, Settings } from '../../settings.js';

type PathKey = { [K in SettingKey]: Settings[K] extends string ? K : never }[SettingKey];

/** A certificate and its key, and who shows it to whom. */
export interface CertificatePair {
  readonly cert: PathKey;
  readonly key: PathKey;
  readonly side: 'server' | 'client';
  /** What the names of the certificate are compared with. */
  readonly names: 'any-host' | 'worker' | 'none';
}

export const CERTIFICATE_PAIRS: readonly CertificatePair[] = [
  { cert: 'server.tls.cert_file', key: 'server.tls.key_file', side: 'server', names: 'any-host' },
  {
    cert: 'worker.rpc_tls.server_cert_file',
    key: 'worker.rpc_tls.server_key_file',
    side: 'server',
    names: 'worker',
  },
  {
    cert: 'worker.rpc_tls.client_cert_file',
    key: 'worker.rpc_tls.client_key_file',
    side: 'client',
    names: 'none',
  },
  {
    cert: 'worker.control_plane_client_cert_file',
    key: 'worker.control_plane_client_key_file',
    side: 'client',
    names: 'none',
  },
  {
    cert: 'audit.syslog_tls.cert_file',
    key: 'audit.syslog_tls.key_file',
    side: 'client',
    names: 'none',
  },
];

/** Authorities that certificates of others are checked against. */
export const AUTHORITY_FILES: readonly PathKey[] = [
  'server.tls.client_ca_file',
  'worker.rpc_tls.client_ca_file',
  'worker.rpc_tls.ca_file',
  'worker.control_plane_ca_file',
  'audit.syslog_tls.ca_file',
];
