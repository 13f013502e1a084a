import { constants } from 'node:crypto';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { handshakeRefusal, type TlsRefusal } from './handshake-refusal.js';
import type { TlsMaterial } from './tls-files.js';

/** How long a client may take for its handshake. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * What a server speaks TLS with: 1.2 or later, without tickets. A session that cannot be resumed cannot be resumed by
 * somebody who has no certificate, or whose root was taken away meanwhile.
 */
export function serverTlsOptions({ cert, key, authorities }: TlsMaterial): SecureContextOptions & {
  readonly handshakeTimeout: number;
} {
  return {
    cert,
    key,
    // An empty list trusts nobody; none at all would trust every public root with a client certificate.
    ca: authorities.map(String),
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
}

/**
 * Tells of handshakes that fail. Connections whose handshake is not done count as idle from now on: `close` and
 * `closeIdleConnections` of the server end them, too.
 *
 * @param onRefusal is told once of each
 */
export function watchHandshakes(
  server: Server,
  onRefusal: (refusal: TlsRefusal, remoteAddress: string | undefined) => void,
): void {
  const beginning = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    // To be asked for now: Node remembers the address when the connection is gone.
    const peer = peerOf(socket);
    beginning.set(peer, socket);
    socket.once('close', () => {
      if (beginning.get(peer) === socket) beginning.delete(peer);
    });
  });
  server.on('secureConnection', (socket) => void beginning.delete(peerOf(socket)));
  server.on('tlsClientError', (error, socket) => {
    const refusal = handshakeRefusal(error, socket);
    if (refusal !== undefined) onRefusal(refusal, socket.remoteAddress ?? underlying(socket)?.remoteAddress);
    socket.destroy();
  });
  const closeIdleConnections = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdleConnections();
    for (const socket of beginning.values()) socket.destroy();
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Node keeps the TCP socket in a property without a documented name; without it, the address is not told. */
function underlying(socket: TLSSocket): Socket | undefined {
  return (socket as TLSSocket & { readonly _parent?: Socket })._parent;
}
