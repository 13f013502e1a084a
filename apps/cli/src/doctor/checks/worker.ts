import { readFile } from 'node:fs/promises';
import { inspectWorkerToken, isWorkerId } from '@stacyvm/token';
import { isThisHost } from '../../this-host.js';
import {
  type Check,
  type CheckGroup,
  type Finding,
  failure,
  note,
  skipped,
  success,
  warning,
} from '../check.js';
import { type ControlPlaneVisit, healthUrl } from '../control-plane-visit.js';
import { codeOf, connectionFailure, saysStatus } from '../http-visit.js';
import { runsWorker, type Subject } from '../subject.js';
import { visitWorker } from './worker-endpoint.js';

/** What a worker on this host needs: a name, a credential, its control plane; and whether it can be called. */
export function workerChecks(
  subject: Subject,
  visitControlPlane: () => Promise<ControlPlaneVisit>,
): CheckGroup {
  return {
    id: 'worker',
    title: 'worker',
    checks: () =>
      runsWorker(subject)
        ? [
            note('id', 'identity', judgeId(subject.workerId)),
            credential(subject),
            controlPlane(subject, visitControlPlane),
            advertised(subject),
          ]
        : skipped('no worker runs here'),
  };
}

function judgeId(id: string): Finding {
  return isWorkerId(id)
    ? success(id)
    : failure(`${JSON.stringify(id)} is not a worker id`, 'set worker.id to letters, digits, . _ -');
}

function credential({ settings, workerId, clock }: Subject): Check {
  return {
    id: 'credential',
    title: 'credential',
    async run() {
      const file = settings['worker.token_file'];
      if (file !== '') return judgeTokenFile(file, workerId, clock());
      if (settings['auth.worker_signing_key'] !== undefined) {
        const issued = settings['worker.token_source'] === 'issuer';
        return success(
          issued ? 'tokens of the issuer, asked for with its key' : 'tokens that it signs itself',
        );
      }
      if (settings['worker.join_token_file'] !== '') return success('a join token, for enrolling');
      if (settings['auth.worker_tokens'].has(workerId)) return success('a static token of its own');
      if (settings['auth.worker_token'] !== undefined) return success('the shared static token');
      return warning(
        'none is configured; it works if the worker enrolled before',
        'set worker.join_token_file, worker.token_file or auth.worker_signing_key_file',
      );
    },
  };
}

async function judgeTokenFile(path: string, workerId: string, now: Date): Promise<Finding> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    return failure(`${path} cannot be read: ${codeOf(error)}`, 'let what renews the token write it there');
  }
  if (!text.startsWith('stacyvm-worker-v1.')) return success(`a static token in ${path}`);
  const claims = tokenClaims(text);
  if (claims === undefined) return failure(`${path} holds a malformed token`, 'write a new token there');
  if (claims.workerId !== undefined && claims.workerId !== workerId) {
    return failure(
      `${path} holds a token of ${claims.workerId}, not of ${workerId}`,
      'correct worker.id or the file',
    );
  }
  if (claims.expiresAt !== undefined && claims.expiresAt <= now) {
    return failure(`${path} holds a token that expired`, 'find out why what renews it does not');
  }
  return success(`a signed token in ${path}`);
}

function tokenClaims(token: string): ReturnType<typeof inspectWorkerToken> | undefined {
  try {
    return inspectWorkerToken(token);
  } catch {
    return undefined;
  }
}

function controlPlane(
  { settings, role }: Subject,
  visitControlPlane: () => Promise<ControlPlaneVisit>,
): Check {
  return {
    id: 'control_plane',
    title: 'control plane',
    async run() {
      const url = healthUrl(settings);
      try {
        const { visit } = await visitControlPlane();
        return saysStatus(visit, 'ok')
          ? success(`${settings['worker.control_plane_url']} answers`)
          : failure(
              `${url} answers, and not as a control plane does (HTTP ${visit.status})`,
              'correct worker.control_plane_url',
            );
      } catch (error) {
        if (role === 'all' && codeOf(error) === 'ECONNREFUSED' && isOwn(url, settings['server.port'])) {
          return skipped('the control plane of this configuration does not run');
        }
        return connectionFailure(url, error);
      }
    },
  };
}

function isOwn(url: string, port: number): boolean {
  const { hostname, port: given, protocol } = new URL(url);
  const named = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  return named === port && isThisHost(hostname);
}

/** The control plane's own way of calling, where its certificate is at hand. */
function advertised(subject: Subject): Check {
  const { settings, workerId } = subject;
  return {
    id: 'rpc',
    title: 'can be called',
    async run(signal) {
      const url = advertisedUrl(subject);
      if (url === undefined) return skipped('the port is chosen at every start');
      const rpcTls = settings['worker.rpc_tls.enabled'];
      if (rpcTls && settings['worker.rpc_tls.client_cert_file'] === '') {
        return skipped('the certificate of the control plane is not on this host');
      }
      const whenNobodyListens = skipped(`nothing listens at ${url}: the worker does not run`);
      return visitWorker(subject, { workerId, url, whenNobodyListens }, signal);
    },
  };
}

function advertisedUrl({ settings }: Subject): string | undefined {
  if (settings['worker.advertise_url'] !== '') return settings['worker.advertise_url'];
  const address = settings['worker.listen_addr']
    .replace(/^(?:0\.0\.0\.0)?(?=:\d+$)/, '127.0.0.1')
    .replace('[::]', '[::1]');
  if (address.endsWith(':0')) return undefined;
  return `${settings['worker.rpc_tls.enabled'] ? 'https' : 'http'}://${address}`;
}
