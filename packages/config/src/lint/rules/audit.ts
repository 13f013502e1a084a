import { createPrivateKey } from 'node:crypto';
import { parseAuditSink } from '../../audit-sink.js';
import { isLoopback } from '../network.js';
import { advice, type LintCheck, pass, problem } from '../rule.js';
import { shown } from '../shown.js';

const MAKE_A_KEY =
  'make a key with openssl genpkey -algorithm ed25519, and name it as audit.signing_key_file';

/** How what is done is recorded. */
export const AUDIT_CHECKS: readonly LintCheck[] = [
  {
    id: 'audit.signing_key',
    demands: 'What is said about the chains of the audit is signed, by an Ed25519 key of its own.',
    level: 'problem',
    role: 'control-plane',
    key: 'audit.signing_key',
    check: ({ settings }) => {
      const key = settings['audit.signing_key']?.reveal();
      if (key === undefined) {
        return problem('the audit has no signing key of its own: its chains can be made anew', MAKE_A_KEY);
      }
      return isEd25519(key)
        ? pass('the audit is signed')
        : problem('audit.signing_key is no Ed25519 private key in PEM', MAKE_A_KEY);
    },
  },
  {
    id: 'audit.mode',
    demands: 'What cannot be audited does not happen.',
    level: 'advice',
    role: 'control-plane',
    key: 'audit.mode',
    check: ({ settings }) =>
      settings['audit.mode'] === 'required'
        ? pass('what cannot be audited does not happen')
        : advice('what cannot be audited happens all the same', 'set audit.mode to required'),
  },
  {
    id: 'audit.sink_transport',
    demands: 'Audit records that leave the machine by syslog are sent over TLS.',
    level: 'advice',
    role: 'control-plane',
    key: 'audit.sinks',
    check: ({ settings }) => {
      const sinks = settings['audit.sinks'];
      if (sinks.length === 0) return undefined;
      const inTheClear = sinks.filter(leavesInTheClear);
      return inTheClear.length === 0
        ? pass('no audit record leaves the machine in the clear')
        : inTheClear.map((sink) =>
            advice(
              `${shown(sink)} sends audit records over the network in the clear, to whoever answers there`,
              'use syslog+tls://host:6514, or a relay of this machine',
            ),
          );
    },
  },
];

function leavesInTheClear(sink: string): boolean {
  const address = parseAuditSink(sink);
  if (address === undefined || !('host' in address) || address.kind === 'syslog+tls') return false;
  return !isLoopback(address.host);
}

function isEd25519(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}
