import { once } from 'node:events';
import { createServer, isIP } from 'node:net';
import { connect } from 'node:tls';
import { readCertificates } from '../certificate.js';
import { type Check, type CheckGroup, type Finding, failure, skipped, success } from '../check.js';
import { codeOf, saysStatus, visit } from '../http-visit.js';
import { part, runsControlPlane, runsWorker, type Subject } from '../subject.js';

interface Port {
  readonly host: string;
  readonly port: number;
  /** Who should hold it, in words. */
  readonly holder: string;
  /** The path that only this program answers with `status`. */
  readonly path: string;
  readonly status: string;
  /** The certificate that it presents; undefined where it speaks plain HTTP. */
  readonly certFile: string | undefined;
  /** How long the program there may take to show who it is. */
  readonly answerMs: number;
}

/** Whether what should listen does, or could. */
export function portChecks(subject: Subject): CheckGroup {
  return { id: 'ports', title: 'ports', checks: () => [serverPort(subject), workerPort(subject)] };
}

function serverPort(subject: Subject): Check {
  const { settings } = subject;
  return {
    id: 'server',
    title: 'server.port',
    run: async (signal) =>
      runsControlPlane(subject)
        ? judgePort(
            {
              // Without authentication only loopback is served.
              host: settings['auth.enabled'] ? settings['server.host'] : '127.0.0.1',
              port: settings['server.port'],
              holder: 'a control plane',
              path: '/api/v1/live',
              status: 'alive',
              certFile: settings['server.tls.enabled'] ? settings['server.tls.cert_file'] : undefined,
              answerMs: part(subject.timeoutMs),
            },
            signal,
          )
        : skipped('no control plane runs here'),
  };
}

function workerPort(subject: Subject): Check {
  const { settings } = subject;
  return {
    id: 'worker',
    title: 'worker.listen_addr',
    async run(signal) {
      if (!runsWorker(subject)) return skipped('no worker runs here');
      const address = parseAddress(settings['worker.listen_addr']);
      if (address === undefined)
        return failure('is not host:port', 'set it to an address such as 127.0.0.1:7430');
      const certFile = settings['worker.rpc_tls.enabled']
        ? settings['worker.rpc_tls.server_cert_file']
        : undefined;
      return judgePort(
        {
          ...address,
          holder: 'a worker',
          path: '/health',
          status: 'ok',
          certFile,
          answerMs: part(subject.timeoutMs),
        },
        signal,
      );
    },
  };
}

function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text.trim());
  return match === null ? undefined : { host: match[1] ?? (match[2] || '0.0.0.0'), port: Number(match[3]) };
}

async function judgePort(port: Port, signal: AbortSignal): Promise<Finding> {
  const where = `${urlHost(port.host)}:${port.port}`;
  if (port.port === 0) return success('a free one is taken at every start');
  const refusal = await tryToListen(port);
  if (refusal === undefined) return success(`${where} is free`);
  if (refusal === 'EADDRINUSE') {
    return (await isHeld(port, signal))
      ? success(`${where} is held by ${port.holder}`)
      : failure(`${where} is held by another program`, `end that program, or choose another port`);
  }
  const advice =
    refusal === 'EACCES'
      ? 'ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one'
      : 'name an address that this host has';
  return failure(`${where} cannot be listened on: ${refusal}`, advice);
}

/** Undefined when it worked; nothing listens any more afterwards. */
async function tryToListen({ host, port }: Port): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return codeOf(error) ?? String(error);
  } finally {
    server.close();
  }
}

async function isHeld(held: Port, whole: AbortSignal): Promise<boolean> {
  const { host, port, path, status, certFile, answerMs } = held;
  // Of its own, as `AbortSignal.any` lets Node 20 collect an `AbortSignal.timeout` as garbage, and then it never fires.
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(), answerMs);
  const signal = AbortSignal.any([whole, tooLate.signal]);
  const near = reachable(host);
  try {
    if (certFile !== undefined) return await presents(near, port, certFile, signal);
    return saysStatus(await visit(`http://${urlHost(near)}:${port}${path}`, { signal }), status);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether the program there presents this very certificate. Its chain is not the question, and a worker answers nobody
 * without a client certificate; so nothing is asked but the handshake, and the certificate is compared with the file.
 */
async function presents(host: string, port: number, certFile: string, signal: AbortSignal): Promise<boolean> {
  const [own] = readCertificates(certFile);
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket.getPeerX509Certificate()?.fingerprint256 === own.fingerprint256;
  } finally {
    socket.on('error', () => {});
    socket.destroy();
  }
}

/** A program that listens on every address answers on loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function urlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
