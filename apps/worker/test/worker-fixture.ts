import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, type SettingKey, type Settings } from '@stacyvm/config';
import { deriveWorkerKey } from '@stacyvm/token';
import {
  type Clock,
  createRpcClient,
  type LeaseToken,
  type RpcClient,
  type RpcCredential,
} from '@stacyvm/worker-rpc';
import { startWorker, type Worker } from '../src/worker.js';
import { type Headquarters, type HeadquartersOptions, secret, startHeadquarters } from './headquarters.js';
import { captureLogs, type LogCapture } from './log-capture.js';

export { type Headquarters, secret, startHeadquarters } from './headquarters.js';

export type Flags = Readonly<Partial<Record<SettingKey | `${SettingKey}_file`, unknown>>>;

export const WORKER_ID = 'worker-1';

export interface WorkerFixture {
  readonly worker: Worker;
  /** The control plane of the moment. */
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
  /** Starts a control plane in the place of one that was closed. */
  reopenHeadquarters(options?: Omit<HeadquartersOptions, 'port'>): Promise<Headquarters>;
  dispose(): Promise<void>;
}

export interface WorkerFixtureOptions {
  /** Of both sides. */
  readonly clock?: Clock;
  /** What the control plane calls the worker with, by default its derived key. */
  readonly credential?: RpcCredential;
  readonly sharedToken?: string;
}

export async function startWorkerFixture(
  flags: Flags = {},
  options: WorkerFixtureOptions = {},
): Promise<WorkerFixture> {
  const { clock, credential, sharedToken } = options;
  const signingKey = secret();
  let headquarters = await startHeadquarters(signingKey, {
    ...(clock && { clock }),
    ...(sharedToken === undefined ? {} : { sharedToken }),
  });
  const directory = mkdtempSync(join(tmpdir(), 'stacyvm-worker-test-'));
  const stateDir = join(directory, 'state');
  const logs = captureLogs();
  const key = deriveWorkerKey(signingKey, WORKER_ID);
  const ownKey = 'auth.worker_signing_key_file' in flags ? {} : { 'auth.worker_signing_key': key };
  const worker = await startWorker(
    workerSettings({
      'worker.control_plane_url': headquarters.url,
      'worker.state_dir': stateDir,
      'worker.heartbeat_interval': '100ms',
      ...ownKey,
      ...flags,
    }),
    logs.logger,
    { clock },
  );
  const client = createRpcClient({
    workerId: WORKER_ID,
    rpcUrl: worker.rpcUrl,
    credential: credential ?? { kind: 'signed', key },
    ...(clock && { clock }),
  });
  const lease: WorkerFixture['lease'] = (sandboxId, { generation = 1, ttlMs = 60_000 } = {}) => ({
    resourceId: sandboxId,
    holderId: WORKER_ID,
    generation,
    expiresAt: new Date(Date.now() + ttlMs),
  });
  return {
    worker,
    get headquarters() {
      return headquarters;
    },
    logs,
    signingKey,
    client,
    stateDir,
    lease,
    async spawn(sandboxId, provider = 'mock') {
      await client.spawn({ sandboxId, image: 'host', provider, memoryMb: 64, vcpus: 1 }, lease(sandboxId));
    },
    async reopenHeadquarters(reopened = {}) {
      headquarters = await startHeadquarters(signingKey, { ...reopened, port: headquarters.port });
      return headquarters;
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
