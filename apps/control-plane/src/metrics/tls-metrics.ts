import { basename } from 'node:path';
import type { TlsCertificate } from '@stacyvm/worker-rpc';
import { Gauge, type Registry } from 'prom-client';
import type { ControlPlaneTls } from '../tls/control-plane-tls.js';

/** What is read of TLS when the metrics are. */
export type MeasuredTls = Pick<ControlPlaneTls, 'certificates' | 'materials'>;

/** A bundle of authorities may hold every public one; those that end first are shown. */
const MAX_CERTIFICATES = 50;
const FINGERPRINT_CHARACTERS = 16;

export function observeTls(registry: Registry, tls: MeasuredTls): void {
  new Gauge({
    name: 'stacyvm_tls_certificate_expiry_timestamp_seconds',
    help: 'When a certificate in force ends. The fingerprint begins that of SHA-256.',
    labelNames: ['kind', 'file', 'fingerprint'],
    registers: [registry],
    collect() {
      this.reset();
      for (const certificate of firstToEnd(tls.certificates()))
        this.set(labelsOf(certificate), certificate.notAfter.getTime() / 1000);
    },
  });
  new Gauge({
    name: 'stacyvm_tls_material_errors',
    help: '1: what the TLS files hold now is not in force, because it is no good. 0: it is.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      for (const { kind, problem } of tls.materials()) this.set({ kind }, problem === undefined ? 0 : 1);
    },
  });
}

function firstToEnd(certificates: readonly TlsCertificate[]): readonly TlsCertificate[] {
  return certificates
    .toSorted((a, b) => a.notAfter.getTime() - b.notAfter.getTime())
    .slice(0, MAX_CERTIFICATES);
}

/** Without the directory: who reads metrics need not know where keys are. */
function labelsOf({ kind, path, fingerprint256 }: TlsCertificate): Readonly<Record<string, string>> {
  const digits = fingerprint256.replaceAll(':', '').toLowerCase();
  return { kind, file: basename(path), fingerprint: digits.slice(0, FINGERPRINT_CHARACTERS) };
}
