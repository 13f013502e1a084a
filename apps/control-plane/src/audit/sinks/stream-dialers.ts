import { createConnection, isIP } from 'node:net';
import { checkServerIdentity, connect, createSecureContext, type SecureContext } from 'node:tls';
import type { TlsCredentials, TlsMaterial } from '@stacyvm/worker-rpc';
import type { StreamDialer } from './stream-sink.js';

interface Server {
  readonly host: string;
  readonly port: number;
}

export function tcpDialer({ host, port }: Server): StreamDialer {
  return { kind: 'syslog+tcp', readyEvent: 'connect', dial: () => createConnection(port, host) };
}

export function unixDialer(path: string): StreamDialer {
  return { kind: 'syslog+unix', readyEvent: 'connect', dial: () => createConnection(path) };
}

/** What syslog servers are spoken to with by TLS. */
export interface SyslogTls {
  readonly credentials: TlsCredentials;
  /** What their certificates must carry instead of their host. */
  readonly serverName?: string;
}

/**
 * RFC 5425, by TLS 1.2 or later. The certificate of the server must lead to the authorities of the settings and carry
 * its name. When the files change, the next records go by a new connection.
 */
export function tlsDialer({ host, port }: Server, { credentials, serverName }: SyslogTls): StreamDialer {
  const name = serverName ?? host;
  let material: TlsMaterial | undefined;
  return {
    kind: 'syslog+tls',
    readyEvent: 'secureConnect',
    dial() {
      material = credentials.current();
      return connect({
        host,
        port,
        // An address is no server name of RFC 6066; the certificate is compared with it all the same.
        ...(isIP(name) === 0 ? { servername: name } : {}),
        rejectUnauthorized: true,
        secureContext: contextOf(material),
        checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      });
    },
    isOutdated: () => credentials.current() !== material,
  };
}

function contextOf({ cert, key, authorities }: TlsMaterial): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    cert,
    key,
    ...(authorities.length === 0 ? {} : { ca: authorities.map(String) }),
  });
}
