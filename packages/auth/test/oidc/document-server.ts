import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keys, type SigningKey } from '../signing-fixture.js';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on loopback that publishes documents of a provider, or misbehaves as it is told. */
export interface DocumentServer {
  readonly issuer: string;
  /** The paths that were asked for, in order. */
  readonly requests: string[];
  /** What `/keys` answers. */
  keys: Answer;
  /** What the discovery document answers. */
  discovery: Answer;
  close(): Promise<void>;
}

export const json =
  (document: unknown, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  };

/** The key set of keys by their kid. */
export const keySet = (members: Readonly<Record<string, SigningKey>>): Answer =>
  json({ keys: Object.entries(members).map(([kid, { jwk }]) => ({ ...jwk, kid, use: 'sig' })) });

export async function startDocumentServer(): Promise<DocumentServer> {
  const requests: string[] = [];
  const http = createServer((request, response) => {
    requests.push(request.url ?? '');
    const answers: Record<string, Answer> = {
      '/.well-known/openid-configuration': server.discovery,
      '/keys': server.keys,
    };
    (answers[request.url ?? ''] ?? json({ error: 'not_found' }, 404))(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const server: DocumentServer = {
    issuer,
    requests,
    keys: keySet({ first: keys.rsa }),
    discovery: json({ issuer, jwks_uri: `${issuer}/keys` }),
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
