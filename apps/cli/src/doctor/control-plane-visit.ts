import { readFileSync } from 'node:fs';
import type { Settings } from '@stacyvm/config';
import { type Visit, visit } from './http-visit.js';
import { part } from './subject.js';

export interface ControlPlaneVisit {
  readonly visit: Visit;
  readonly receivedAt: Date;
}

/** Asks the control plane of a worker for its health, with the trust and the client certificate of the worker. */
export async function visitControlPlane(
  settings: Settings,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: () => Date },
): Promise<ControlPlaneVisit> {
  const answer = await visit(healthUrl(settings), {
    signal: AbortSignal.timeout(part(timeoutMs)),
    ca: fileOf(settings['worker.control_plane_ca_file']),
    cert: fileOf(settings['worker.control_plane_client_cert_file']),
    key: fileOf(settings['worker.control_plane_client_key_file']),
  });
  return { visit: answer, receivedAt: clock() };
}

export function healthUrl(settings: Settings): string {
  return `${settings['worker.control_plane_url'].replace(/\/+$/, '')}/api/v1/health`;
}

/** The content of a file that a setting names; undefined when it names none. */
export function fileOf(path: string): Buffer | undefined {
  return path === '' ? undefined : readFileSync(path);
}
