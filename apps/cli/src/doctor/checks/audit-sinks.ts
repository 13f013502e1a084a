import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createConnection, isIP, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { type AuditSinkAddress, parseAuditSink, type Settings } from '@stacyvm/config';
import { CertificateFileError, readPem } from '../certificate.js';
import { type Check, type CheckGroup, type Finding, failure, skipped, success } from '../check.js';
import { isWritable } from '../file-access.js';
import { connectionFailure } from '../http-visit.js';
import { runsControlPlane, type Subject } from '../subject.js';

/**
 * By TLS 1.3 a server refuses the certificate of its client after the handshake. So long it may take to say so, or as long as the
 * handshake took where that is more: then the way or the server is slow.
 */
const REFUSAL_MS = 1_000;

/** Whether each of `audit.sinks` can be written to, or takes connections. No record is sent. */
export function auditSinkChecks(subject: Subject): CheckGroup {
  return {
    id: 'audit_sinks',
    title: 'audit sinks',
    checks() {
      if (!runsControlPlane(subject)) return skipped('no control plane runs here');
      const sinks = subject.settings['audit.sinks'];
      return sinks.length === 0
        ? skipped('none is configured')
        : sinks.map((sink, index) => sinkCheck(subject.settings, sink, index));
    },
  };
}

function sinkCheck(settings: Settings, sink: string, index: number): Check {
  return {
    id: `sink_${index + 1}`,
    title: sink,
    async run(signal) {
      const address = parseAuditSink(sink);
      if (address === undefined) return failure('is no sink', 'correct it in audit.sinks');
      try {
        return await judge(settings, address, signal);
      } catch (error) {
        if (error instanceof CertificateFileError)
          return failure(error.message, 'correct the path or the file');
        return connectionFailure('the server', error);
      }
    },
  };
}

async function judgeFileSink(path: string): Promise<Finding> {
  const directory = dirname(path);
  if (!existsSync(path)) {
    if (!existsSync(directory))
      return failure(`${directory} does not exist`, 'make it, for the account of the control plane');
    return (await isWritable(directory))
      ? success('it will be made')
      : failure(`no file can be made in ${directory}`, 'let the account of the control plane write there');
  }
  if (!statSync(path).isFile()) return failure('it is no file', 'name a file');
  return (await isWritable(path))
    ? success('it can be written to')
    : failure('it cannot be written to', 'give it to the account of the control plane');
}

async function judge(settings: Settings, address: AuditSinkAddress, signal: AbortSignal): Promise<Finding> {
  switch (address.kind) {
    case 'file':
      return await judgeFileSink(address.path);
    case 'syslog+udp':
      await lookup(address.host);
      return success('its name resolves; whether datagrams arrive, nobody tells');
    case 'syslog+unix':
      await connected(createConnection(address.path), signal);
      return success('it takes connections');
    case 'syslog+tcp':
      await connected(createConnection(address.port, address.host), signal);
      return success('it takes connections');
    case 'syslog+tls':
      await connectedByTls(connectByTls(settings, address), signal);
      return success('it takes connections, and its certificate is trusted');
  }
}

/** As the control plane connects. */
function connectByTls(settings: Settings, { host, port }: { host: string; port: number }): TLSSocket {
  const name = settings['audit.syslog_tls.server_name'] || host;
  const content = (path: string) => (path === '' ? undefined : readPem(path));
  return connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    ca: content(settings['audit.syslog_tls.ca_file']),
    cert: content(settings['audit.syslog_tls.cert_file']),
    key: content(settings['audit.syslog_tls.key_file']),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  });
}

/** Waits for a connection and ends it. Rejects where there is none. */
async function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  try {
    await once(socket, 'connect', { signal });
  } finally {
    leave(socket);
  }
}

/** Rejects as well where the server ends the connection at once. */
async function connectedByTls(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  try {
    await once(socket, 'secureConnect', { signal });
    const lasts = delay(Math.max(REFUSAL_MS, performance.now() - startedAt), true, { signal });
    // What it may have to say is read, so that its end is seen.
    const ends = once(socket.resume(), 'close').then(() => false);
    if (!(await Promise.race([lasts, ends]))) throw new Error('it ended the connection at once');
  } finally {
    leave(socket);
  }
}

function leave(socket: Socket): void {
  socket.on('error', () => {});
  socket.destroy();
}
