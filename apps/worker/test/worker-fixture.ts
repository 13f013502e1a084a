import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, type SettingKey, type Settings } from '@stacyvm/config';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import {
  createRpcClient,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type Heartbeat,
  type LeaseToken,
  type RpcClient,
} from '@stacyvm/worker-rpc';
import { startWorker, type Worker } from '../src/worker.js';
import { captureLogs, type LogCapture } from './log-capture.js';

export type Flags = Readonly<Partial<Record<SettingKey, unknown>>>;

export const WORKER_ID = 'worker-1';

export function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** What workers talk to: the control plane's side of the worker protocol, with answers that a test decides. */
export interface Headquarters {
  readonly url: string;
  readonly heartbeats: Heartbeat[];
  /** Sent with the next answers. */
  directive: { drain?: boolean; release?: readonly string[]; nextHeartbeatMs?: number };
  close(): Promise<void>;
}

export async function startHeadquarters(signingKey: string): Promise<Headquarters> {
  const heartbeats: Heartbeat[] = [];
  const keyring = createKeyring({ active: signingKey });
  const verifier = createWorkerTokenVerifier({ keyring, audience: 'worker:control-plane' });
  const endpoint = createWorkerEndpoint({
    authenticate: createWorkerAuthenticator({ verifier }),
    onHeartbeat: async (id, heartbeat) => {
      heartbeats.push(heartbeat);
      const { drain = false, release = [], nextHeartbeatMs = 30_000 } = headquarters.directive;
      const now = new Date();
      const times = { lastHeartbeatAt: now, createdAt: now, updatedAt: now, stale: false };
      return { worker: { ...heartbeat, id, ...times }, drain, release, nextHeartbeatMs };
    },
    onRenewLease: () => Promise.reject(new Error('nobody renews here')),
  });
  const server = createServer((request, response) => {
    if (!endpoint(request, response)) response.writeHead(404).end();
  });
  const headquarters: Headquarters = {
    url: `http://127.0.0.1:${await listen(server)}`,
    heartbeats,
    directive: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return headquarters;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export interface WorkerFixture {
  readonly worker: Worker;
  readonly headquarters: Headquarters;
  readonly logs: LogCapture;
  /** The master key; the worker has what is derived from it. */
  readonly signingKey: string;
  /** The control plane's side of the RPC. */
  readonly client: RpcClient;
  readonly stateDir: string;
  /** A lease of the worker, by default for a minute. */
  lease(sandboxId: string, options?: { readonly generation?: number; readonly ttlMs?: number }): LeaseToken;
  /** A new sandbox of the provider mock unless told. */
  spawn(sandboxId: string, provider?: string): Promise<void>;
  dispose(): Promise<void>;
}

export async function startWorkerFixture(flags: Flags = {}): Promise<WorkerFixture> {
  const signingKey = secret();
  const headquarters = await startHeadquarters(signingKey);
  const directory = mkdtempSync(join(tmpdir(), 'stacyvm-worker-test-'));
  const stateDir = join(directory, 'state');
  const logs = captureLogs();
  const key = deriveWorkerKey(signingKey, WORKER_ID);
  const worker = await startWorker(
    workerSettings({
      'worker.control_plane_url': headquarters.url,
      'worker.state_dir': stateDir,
      'worker.heartbeat_interval': '100ms',
      'auth.worker_signing_key': key,
      ...flags,
    }),
    logs.logger,
  );
  const client = createRpcClient({
    workerId: WORKER_ID,
    rpcUrl: worker.rpcUrl,
    credential: { kind: 'signed', key },
  });
  const lease: WorkerFixture['lease'] = (sandboxId, { generation = 1, ttlMs = 60_000 } = {}) => ({
    resourceId: sandboxId,
    holderId: WORKER_ID,
    generation,
    expiresAt: new Date(Date.now() + ttlMs),
  });
  return {
    worker,
    headquarters,
    logs,
    signingKey,
    client,
    stateDir,
    lease,
    async spawn(sandboxId, provider = 'mock') {
      await client.spawn({ sandboxId, image: 'host', provider, memoryMb: 64, vcpus: 1 }, lease(sandboxId));
    },
    async dispose() {
      client.close();
      await worker.stop();
      await headquarters.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Settings of a worker from these values and the defaults alone; both providers are on. */
export function workerSettings(flags: Flags): Settings {
  const all = {
    'worker.id': WORKER_ID,
    'worker.listen_addr': '127.0.0.1:0',
    'providers.mock.enabled': true,
    ...flags,
  };
  return loadSettings({ flags: all, env: {}, cwd: tmpdir(), homeDir: undefined }).settings;
}
