import { basename } from 'node:path';
import type { components } from '@stacyvm/api';
import type { ControlPlaneTls } from '../tls/control-plane-tls.js';

type TlsSummary = components['schemas']['Diagnostics']['tls'];

export type DiagnosedTls = Pick<ControlPlaneTls, 'server' | 'rpc' | 'certificates' | 'materials'>;

/** A bundle of every public authority would be most of the answer. */
const MAX_CERTIFICATES = 100;

/** What TLS is spoken with; of files only their names. */
export function tlsJson(tls: DiagnosedTls): TlsSummary {
  return {
    server: tls.server !== undefined,
    workers: tls.rpc !== undefined,
    certificates: tls
      .certificates()
      .slice(0, MAX_CERTIFICATES)
      .map(({ kind, path, notBefore, notAfter, fingerprint256 }) => ({
        kind,
        file: basename(path),
        not_before: notBefore.toISOString(),
        not_after: notAfter.toISOString(),
        fingerprint_sha256: fingerprint256,
      })),
    problems: tls
      .materials()
      .flatMap(({ kind, problem }) => (problem === undefined ? [] : [{ kind, code: problem }])),
  };
}
