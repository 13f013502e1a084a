import { once } from 'node:events';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import {
  createRpcRequestListener,
  createSecureRpcServer,
  createWorkerAuthenticator,
  openTlsCredentials,
} from '@stacyvm/worker-rpc';
import type { IssuedCertificate, TestAuthority } from '@stacyvm/worker-rpc/testing';
import type { Fixture } from '../control-plane-fixture.js';
import { WORKER } from '../worker-calls.js';

/** What the control plane calls by mutual TLS. */
export interface SecureWorker {
  readonly url: string;
  /** The sandboxes that it was given. */
  readonly spawned: string[];
  close(): Promise<void>;
}

export async function startSecureWorker(
  fixture: Pick<Fixture, 'signingKey'>,
  identity: IssuedCertificate,
  clientAuthority: TestAuthority,
): Promise<SecureWorker> {
  const credentials = openTlsCredentials({
    identity: { kind: 'rpc_server', ...identity },
    authorities: { kind: 'rpc_client_ca', file: clientAuthority.certFile },
  });
  const spawned: string[] = [];
  const key = deriveWorkerKey(fixture.signingKey, WORKER);
  const listener = createRpcRequestListener({
    workerId: WORKER,
    authenticate: createWorkerAuthenticator({
      workerId: WORKER,
      verifier: createWorkerTokenVerifier({
        keyring: createKeyring({ active: key }),
        audience: 'worker:rpc',
      }),
    }),
    methods: {
      async spawn({ sandboxId }) {
        spawned.push(sandboxId);
        return { runtimeId: sandboxId, provider: 'mock' };
      },
      destroy: async () => undefined,
      status: async () => ({ state: 'running', provider: 'mock' }),
      exec: async () => ({ exitCode: 0, timedOut: false, durationMs: 1 }),
      logs: async () => [],
      shutdown: async () => undefined,
    },
  });
  const server = createSecureRpcServer(listener, { credentials, allowedClientNames: ['control-plane'] });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spawned,
    async close() {
      credentials.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export async function statusByTls(
  url: string,
  ca: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const outgoing = request(url, { agent: false, ca, headers });
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  return response.statusCode;
}

/** The status of an attempt to have a sandbox. */
export async function spawnByTls(fixture: Pick<Fixture, 'url' | 'apiKey'>, ca: string): Promise<number> {
  const outgoing = request(`${fixture.url}/api/v1/sandboxes`, {
    method: 'POST',
    agent: false,
    ca,
    headers: { 'x-api-key': fixture.apiKey, 'content-type': 'application/json' },
  });
  outgoing.end(JSON.stringify({ provider: 'mock', image: 'host' }));
  const [response] = await once(outgoing, 'response');
  response.resume();
  return response.statusCode;
}
