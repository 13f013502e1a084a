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
    readBy: 'control-plane',
    doc: 'Where audit records go beside the database: file:/path, syslog+udp://host:514, syslog+tcp://host:514, syslog+unix:/path.',
  },
  'audit.sync_files': {
    type: 'boolean',
    default: true,
    readBy: 'control-plane',
    doc: 'Whether a record counts as written to a file only when the disk has it.',
  },
} as const satisfies SettingDefinitions;
