import type { SettingDefinitions } from './definition.js';

/** How what is done is recorded. How long it is kept is `auth.admin_audit_retention`. */
export const AUDIT_SETTINGS = {
  'audit.mode': {
    type: 'string',
    default: 'required',
    enum: ['required', 'best_effort'],
    readBy: 'control-plane',
    doc: 'required: what cannot be audited does not happen (503 audit_unavailable). best_effort: it happens, and the log says that it was not audited.',
  },
  'audit.checkpoint_interval': {
    type: 'duration',
    default: '1m',
    min: '1s',
    max: '24h',
    readBy: 'control-plane',
    doc: 'How often it is signed how far the chains of the audit have come.',
  },
  'audit.signing_key': {
    type: 'secret',
    default: undefined,
    isPem: true,
    readBy: 'control-plane',
    doc: 'Ed25519 private key in PEM that signs what is said about the chains of the audit. Left out, the embedded database has one beside its directory; without a key nothing is signed.',
  },
  'audit.sinks': {
    type: 'strings',
    default: [],
    format: 'audit_sink',
    readBy: 'control-plane',
    doc: 'Where every audit record goes beside the database, at least once: file:/path, syslog+tls://host:6514, syslog+tcp://host:514, syslog+udp://host:514, syslog+unix:/path.',
  },
  'audit.sink_hold': {
    type: 'duration',
    default: '168h',
    max: '87600h',
    readBy: 'control-plane',
    doc: 'How much longer than auth.admin_audit_retention a record is kept that a sink has not had yet; then it is pruned all the same, and a sink that nobody serves is forgotten. 0 waits for no sink.',
  },
  'audit.syslog_tls.ca_file': {
    type: 'path',
    default: '',
    holds: 'certificates',
    readBy: 'control-plane',
    doc: 'Authorities that the certificate of a syslog+tls server must lead to; left out, those of Node. Its content is watched.',
  },
  'audit.syslog_tls.cert_file': {
    type: 'path',
    default: '',
    holds: 'certificates',
    readBy: 'control-plane',
    doc: 'Certificate that is shown to syslog+tls servers, in PEM. Its content is watched.',
  },
  'audit.syslog_tls.key_file': {
    type: 'path',
    default: '',
    holds: 'private_key',
    readBy: 'control-plane',
    doc: 'Private key of that certificate in PEM. Its content is watched.',
  },
  'audit.syslog_tls.server_name': {
    type: 'string',
    default: '',
    readBy: 'control-plane',
    doc: 'Name that the certificate of a syslog+tls server must carry; left out, its host.',
  },
  'audit.sync_files': {
    type: 'boolean',
    default: true,
    readBy: 'control-plane',
    doc: 'Whether a record counts as written to a file only when the disk has it.',
  },
} as const satisfies SettingDefinitions;
