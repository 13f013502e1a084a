import type { AddressInfo } from 'node:net';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import {
  createRpcClient,
  createRpcRequestListener,
  createSecureRpcServer,
  createWorkerAuthenticator,
  openTlsCredentials,
  type RpcClient,
  type RpcClientOptions,
  type RpcClientTls,
  type RpcFileMethods,
  type TlsCredentials,
} from '../../src/index.js';
import type { IssuedCertificate, TestAuthority } from '../../src/testing.js';
import { MASTER_KEY, type SpiedMethods, spiedMethods, WORKER } from '../worker-fixture.js';
import { type RecordedLogs, recordLogs } from './recorded-logs.js';

export interface SecureWorkerOptions {
  readonly identity: Pick<IssuedCertificate, 'certFile' | 'keyFile'>;
  readonly clientAuthority: Pick<TestAuthority, 'certFile'>;
  readonly allowedClientNames?: readonly string[];
  readonly clock?: () => Date;
  readonly files?: RpcFileMethods;
}

/** A worker that is called by mutual TLS. */
export interface SecureWorker {
  readonly url: string;
  readonly port: number;
  readonly methods: SpiedMethods;
  readonly logs: RecordedLogs;
  /** Reasons of refused connections. */
  readonly refusals: string[];
  readonly credentials: TlsCredentials;
  /** TCP connections so far. */
  connections(): number;
  client(options: Partial<RpcClientOptions> & { readonly tls: RpcClientTls }): RpcClient;
  close(): Promise<void>;
}

export async function startSecureWorker(options: SecureWorkerOptions): Promise<SecureWorker> {
  const { identity, clientAuthority, allowedClientNames, clock } = options;
  const logs = recordLogs();
  const refusals: string[] = [];
  const methods = spiedMethods(options.files === undefined ? {} : { files: options.files });
  const clients: RpcClient[] = [];
  const key = deriveWorkerKey(MASTER_KEY, WORKER);
  const credentials = openTlsCredentials(
    {
      identity: { kind: 'rpc_server', ...identity },
      authorities: { kind: 'rpc_client_ca', file: clientAuthority.certFile },
    },
    { logger: logs.logger, pollMs: 3_600_000 },
  );
  const listener = createRpcRequestListener({
    workerId: WORKER,
    methods,
    authenticate: createWorkerAuthenticator({
      workerId: WORKER,
      verifier: createWorkerTokenVerifier({
        keyring: createKeyring({ active: key }),
        audience: 'worker:rpc',
      }),
    }),
  });
  const server = createSecureRpcServer(listener, {
    credentials,
    allowedClientNames,
    clock,
    logger: logs.logger,
    onTlsRefusal: ({ reason }) => refusals.push(reason),
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}`;
  return {
    url,
    port,
    methods,
    logs,
    refusals,
    credentials,
    connections: () => connections,
    client(overrides) {
      const client = createRpcClient({
        workerId: WORKER,
        rpcUrl: url,
        credential: { kind: 'signed', key },
        ...overrides,
      });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      credentials.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** What a control plane shows, and whom it believes. */
export function controlPlaneTls(
  identity: Pick<IssuedCertificate, 'certFile' | 'keyFile'> | undefined,
  authority: Pick<TestAuthority, 'certFile'>,
): TlsCredentials {
  return openTlsCredentials(
    {
      ...(identity === undefined ? {} : { identity: { kind: 'rpc_client', ...identity } }),
      authorities: { kind: 'rpc_ca', file: authority.certFile },
    },
    { pollMs: 3_600_000 },
  );
}
