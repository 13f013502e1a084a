import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import {
  type AuthenticateWorker,
  type ControlPlaneError,
  type CredentialSource,
  createControlPlaneClient,
  createRevocationList,
  createRpcRequestListener,
  createRpcServer,
  createWorkerAuthenticator,
  keyCredentialSource,
  RpcMethodError,
} from '@stacyvm/worker-rpc';

/** The protocol of a worker over real sockets, in this process: it beats all the time and keeps sandboxes in a set. */
export interface ProtocolWorker {
  readonly id: string;
  readonly url: string;
  /** Accepted heartbeats, and refused ones as `status reason`. */
  readonly beats: { accepted: number; lastAcceptedAt: number; readonly refused: string[] };
  /** Calls that were not let in, as reasons. */
  readonly rpcRefusals: string[];
  /** Which revocations it has in force. */
  revocationVersion(): number | undefined;
  /** Signs with the key derived from the first master and accepts the ones derived from the others. */
  useMasters(...masters: readonly string[]): void;
  /** How many `wait` programs run. */
  running(): number;
  /** Programs called `wait` run until it is called. */
  endPrograms(): void;
  stop(): Promise<void>;
}

const PAUSE_MS = 50;

/** What programs called `long` write. */
export const LONG_OUTPUT_BYTES = 8 * 1024 * 1024;

/** @param controlPlanes are told of it in turn */
export async function startProtocolWorker(
  id: string,
  controlPlanes: readonly string[],
  ...masters: readonly string[]
): Promise<ProtocolWorker> {
  const beats = { accepted: 0, lastAcceptedAt: 0, refused: [] as string[] };
  const rpcRefusals: string[] = [];
  const sandboxes = new Set<string>();
  const revocations = createRevocationList();
  const stopping = new AbortController();
  const programs = new AbortController();
  let running = 0;
  let source: CredentialSource;
  let authenticate: AuthenticateWorker;

  function useMasters(...given: readonly string[]): void {
    const [active = '', ...others] = given.map((master) => deriveWorkerKey(master, id));
    source = keyCredentialSource({ key: active, workerId: id });
    const keyring = createKeyring({ active, verifyOnly: others });
    const verifier = createWorkerTokenVerifier({
      keyring,
      audience: 'worker:rpc',
      isRevoked: revocations.isRevoked,
    });
    authenticate = createWorkerAuthenticator({ workerId: id, verifier });
  }
  useMasters(...masters);

  const known = (sandboxId: string): void => {
    if (!sandboxes.has(sandboxId)) throw new RpcMethodError('not_found', `sandbox not found: ${sandboxId}`);
  };
  const listener = createRpcRequestListener({
    workerId: id,
    authenticate: (headers) => authenticate(headers),
    onRefusal: ({ reason }) => rpcRefusals.push(reason),
    // More than the tests of control planes have it hold.
    limits: { answerBytes: 128 * LONG_OUTPUT_BYTES },
    methods: {
      async spawn({ sandboxId }) {
        sandboxes.add(sandboxId);
        return { runtimeId: sandboxId, provider: 'mock' };
      },
      async destroy({ sandboxId }) {
        sandboxes.delete(sandboxId);
      },
      async status({ sandboxId }) {
        known(sandboxId);
        return { state: 'running', provider: 'mock' };
      },
      async exec({ sandboxId, command }, { onOutput, signal }) {
        known(sandboxId);
        if (command === 'long') await onOutput('stdout', Buffer.alloc(LONG_OUTPUT_BYTES, 'x'));
        else await onOutput('stdout', Buffer.from(`${command}\n`));
        if (command === 'wait' && !programs.signal.aborted) {
          running += 1;
          await once(AbortSignal.any([programs.signal, signal]), 'abort');
          running -= 1;
        }
        return { exitCode: 0, timedOut: false, durationMs: 1 };
      },
      logs: async () => [],
      shutdown: async () => undefined,
    },
  });
  const server = createRpcServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = controlPlanes.map((baseUrl) =>
    createControlPlaneClient({
      baseUrl,
      workerId: id,
      credentials: {
        describe: () => source.describe(),
        credential: (signal) => source.credential(signal),
      },
    }),
  );

  async function beat(turn: number): Promise<void> {
    try {
      const reply = await clients[turn % clients.length]?.heartbeat({
        hostname: 'here',
        status: 'online',
        providers: ['mock'],
        capabilities: [],
        capacity: { max_sandboxes: 100, rpc_url: url },
        instanceId: 'run-1',
        revocationVersion: revocations.version,
      });
      if (reply?.revocations !== undefined) {
        revocations.replace(reply.revocations.version, reply.revocations.entries);
        listener.revalidate(revocations.isRevoked);
      }
      beats.accepted += 1;
      beats.lastAcceptedAt = performance.now();
    } catch (error) {
      const { status, reason } = error as ControlPlaneError;
      if (!stopping.signal.aborted) beats.refused.push(`${status} ${reason}`);
    }
  }
  const beating = (async () => {
    for (let turn = 0; !stopping.signal.aborted; turn += 1) {
      await beat(turn);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();

  return {
    id,
    url,
    beats,
    rpcRefusals,
    revocationVersion: () => revocations.version,
    useMasters,
    running: () => running,
    endPrograms: () => programs.abort(),
    async stop() {
      stopping.abort();
      programs.abort();
      await beating;
      for (const client of clients) client.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
