import { deriveWorkerKey, type KeySecret } from '@stacyvm/token';
import {
  type ControlPlaneClientOptions,
  createControlPlaneClient,
  keyCredentialSource,
} from '@stacyvm/worker-rpc';

/** A worker that does nothing but say that it is there, with a signed token of its own. */
export interface SimulatedWorker {
  readonly id: string;
  /** @throws ControlPlaneError */
  heartbeat(signal?: AbortSignal): Promise<void>;
  /** Says that it is gone. @throws ControlPlaneError */
  leave(): Promise<void>;
}

export interface SimulatedWorkerOptions extends Pick<ControlPlaneClientOptions, 'agent'> {
  readonly id: string;
  readonly server: string;
  readonly masterKey: KeySecret;
}

/** A worker that names no provider would be taken for one that has all of them. */
const NO_PROVIDER = 'loadtest-none';

export function createSimulatedWorker(options: SimulatedWorkerOptions): SimulatedWorker {
  const { id, server, masterKey, agent } = options;
  const client = createControlPlaneClient({
    baseUrl: server,
    workerId: id,
    credentials: keyCredentialSource({ key: deriveWorkerKey(masterKey, id), workerId: id }),
    agent,
  });
  // Without an rpc_url it cannot be given a sandbox, whatever it is taken for.
  const report = (status: string) => ({
    hostname: 'loadtest',
    status,
    providers: [NO_PROVIDER],
    capabilities: ['heartbeat'],
    capacity: {},
    instanceId: id,
    sandboxes: [],
  });
  return {
    id,
    async heartbeat(signal) {
      await client.heartbeat(report('online'), { signal });
    },
    async leave() {
      await client.heartbeat(report('offline'));
    },
  };
}
