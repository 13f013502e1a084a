import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { namesWorker, parseSubjectNames } from '@stacyvm/worker-rpc';
import { namesIn } from '../certificate.js';
import { type Finding, failure, success } from '../check.js';
import { fileOf } from '../control-plane-visit.js';
import { codeOf, connectionFailure, saysStatus, visit } from '../http-visit.js';
import type { Subject } from '../subject.js';

export interface WorkerAddress {
  readonly workerId: string;
  readonly url: string;
  /** The finding then; a failure unless given. */
  readonly whenNobodyListens?: Finding;
}

/** Calls a worker as the control plane does: its authorities, its client certificate, the name of that worker. */
export async function visitWorker(
  { settings }: Subject,
  { workerId, url, whenNobodyListens }: WorkerAddress,
  signal: AbortSignal,
): Promise<Finding> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return failure(`${JSON.stringify(url)} is not an http URL`, 'correct worker.advertise_url');
  }
  const tls = settings['worker.rpc_tls.enabled'];
  if (tls && !url.startsWith('https:')) {
    return failure(
      `${url} is not https, and worker.rpc_tls.enabled is true`,
      'switch rpc_tls on at the worker as well',
    );
  }
  try {
    const answer = await visit(new URL('/health', url).href, {
      signal,
      ...(tls
        ? {
            ca: fileOf(settings['worker.rpc_tls.ca_file']),
            cert: fileOf(settings['worker.rpc_tls.client_cert_file']),
            key: fileOf(settings['worker.rpc_tls.client_key_file']),
            checkServerIdentity: identifier(workerId, settings['worker.rpc_tls.server_name']),
          }
        : {}),
    });
    if (!saysStatus(answer, 'ok')) {
      return failure(
        `${url} answers, and not as a worker does (HTTP ${answer.status})`,
        'correct the address',
      );
    }
    return success(`${url} answers${tls ? ', and its certificate names it' : ''}`);
  } catch (error) {
    if (whenNobodyListens !== undefined && codeOf(error) === 'ECONNREFUSED') return whenNobodyListens;
    return connectionFailure(url, error);
  }
}

/** The certificate must name the worker, whatever its host is called. */
function identifier(workerId: string, serverName: string) {
  return (_host: string, certificate: PeerCertificate): Error | undefined => {
    if (serverName !== '' && isIP(serverName) === 0) return checkServerIdentity(serverName, certificate);
    if (namesWorker(parseSubjectNames(certificate.subjectaltname), workerId)) return undefined;
    const names = namesIn(certificate.subjectaltname).join(', ') || 'nobody';
    return Object.assign(new Error(`its certificate names ${names}, not ${workerId}`), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  };
}
