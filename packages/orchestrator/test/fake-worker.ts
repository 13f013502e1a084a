import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RenewLease, WorkerHeartbeat } from '@stacyvm/store';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import {
  createCallSlots,
  createLeaseFence,
  createRpcRequestListener,
  createRpcServer,
  createWorkerAuthenticator,
  type ExecContext,
  type ExecExit,
  type ExecParams,
  type LeasedRpcContext,
  type LeaseToken,
  RpcMethodError,
  type RpcMethods,
  type SandboxParams,
  type SpawnParams,
  type SpawnResult,
  type StatusResult,
} from '@stacyvm/worker-rpc';
import { memoryFiles } from './memory-files.js';

export const MASTER_KEY = 'a master key that is only used in these tests';
export const SHARED_TOKEN = 'a-shared-static-token-of-these-tests';

/** What a test changes about a worker; `proceed` does what it would have done. */
export interface WorkerBehaviour {
  spawn?: (
    params: SpawnParams,
    context: LeasedRpcContext,
    proceed: () => SpawnResult,
  ) => Promise<SpawnResult>;
  destroy?: (params: SandboxParams, context: LeasedRpcContext, proceed: () => void) => Promise<void>;
  status?: (params: SandboxParams) => Promise<StatusResult>;
  exec?: (params: ExecParams, context: ExecContext) => Promise<ExecExit>;
  logs?: (lines: number) => Promise<readonly string[]>;
  renewLease?: (proceed: () => Promise<LeaseToken>) => Promise<LeaseToken>;
}

export interface HeldSandbox extends SpawnParams {
  readonly generation: number;
  /** When its lease ends, as the worker knows. */
  readonly until?: Date;
}

/** A worker that speaks the real protocol over a real socket and keeps its sandboxes in a Map. */
export interface FakeWorker {
  readonly id: string;
  readonly url: string;
  readonly sandboxes: Map<string, HeldSandbox>;
  /** Accepted calls, such as `spawn sb-1`. */
  readonly calls: string[];
  /** Reasons of refused calls. */
  readonly refusals: string[];
  readonly behaviour: WorkerBehaviour;
  /** Contents by path. */
  readonly files: Map<string, Buffer>;
  heartbeat(changes?: Partial<WorkerHeartbeat>): WorkerHeartbeat;
  /** Cuts every connection, as the death of the process would, and goes on listening. */
  cut(): void;
  /** How many connections are open. */
  connections(): Promise<number>;
  /** Refuses connections from now on. */
  close(): Promise<void>;
}

export interface FakeWorkerOptions {
  readonly id: string;
  readonly clock: () => Date;
  /** Accept the shared static token instead of signed ones. */
  readonly acceptsStatic?: boolean;
  /** What its tokens are verified with: the key of its own, or the master key as a reference worker has. */
  readonly key?: 'derived' | 'master';
  /** Asks the control plane. */
  readonly renewLease?: (renewal: RenewLease) => Promise<LeaseToken>;
  /** Of each kind at once. */
  readonly maxConcurrentCalls?: number;
}

export async function startFakeWorker(options: FakeWorkerOptions): Promise<FakeWorker> {
  const { id, clock } = options;
  const sandboxes = new Map<string, HeldSandbox>();
  const calls: string[] = [];
  const refusals: string[] = [];
  const files = new Map<string, Buffer>();
  const behaviour: WorkerBehaviour = {};

  const known = (sandboxId: string): HeldSandbox => {
    const sandbox = sandboxes.get(sandboxId);
    if (sandbox === undefined) throw new RpcMethodError('not_found', `sandbox not found: ${sandboxId}`);
    return sandbox;
  };
  const methods: RpcMethods = {
    async spawn(params, context) {
      calls.push(`spawn ${params.sandboxId}`);
      const proceed = (): SpawnResult => {
        const { generation, expiresAt: until } = context.lease;
        sandboxes.set(params.sandboxId, { ...params, generation, until });
        return { runtimeId: `rt-${params.sandboxId}`, provider: params.provider };
      };
      return behaviour.spawn === undefined ? proceed() : behaviour.spawn(params, context, proceed);
    },
    async destroy(params, context) {
      calls.push(`destroy ${params.sandboxId}`);
      const proceed = (): void => void sandboxes.delete(params.sandboxId);
      return behaviour.destroy === undefined ? proceed() : behaviour.destroy(params, context, proceed);
    },
    async status(params) {
      calls.push(`status ${params.sandboxId}`);
      if (behaviour.status !== undefined) return behaviour.status(params);
      return { state: 'running', provider: known(params.sandboxId).provider };
    },
    async exec(params, context) {
      calls.push(`exec ${params.sandboxId}`);
      known(params.sandboxId);
      if (behaviour.exec !== undefined) return behaviour.exec(params, context);
      await context.onOutput('stdout', Buffer.from(`${params.command}\n`));
      return { exitCode: 0, timedOut: false, durationMs: 1 };
    },
    files: memoryFiles(files, (call, sandboxId) => {
      calls.push(`${call} ${sandboxId}`);
      known(sandboxId);
    }),
    async logs({ sandboxId, lines }) {
      known(sandboxId);
      return behaviour.logs === undefined ? ['one', 'two', 'three'].slice(-lines) : behaviour.logs(lines);
    },
    async renewLease({ resourceId, ttlMs }, { lease }) {
      calls.push(`renew_lease ${resourceId}`);
      const held = known(resourceId);
      const proceed = async (): Promise<LeaseToken> => {
        if (options.renewLease === undefined) throw new RpcMethodError('unavailable', 'as arranged');
        const { generation } = lease;
        const renewed = await options
          .renewLease({ resourceId, holderId: id, ttlMs, generation })
          .catch((error: unknown) => {
            throw new RpcMethodError('conflict', String(error), { reason: 'lease_conflict' });
          });
        sandboxes.set(resourceId, { ...held, generation: renewed.generation, until: renewed.expiresAt });
        return renewed;
      };
      return behaviour.renewLease === undefined ? proceed() : behaviour.renewLease(proceed);
    },
    shutdown: async () => undefined,
  };

  const server = createRpcServer(
    createRpcRequestListener({
      workerId: id,
      methods,
      clock,
      fence: createLeaseFence(),
      slots: createCallSlots(options.maxConcurrentCalls),
      authenticate: createWorkerAuthenticator(
        options.acceptsStatic
          ? { workerId: id, sharedToken: SHARED_TOKEN }
          : { workerId: id, verifier: verifierOf(options) },
      ),
      onRefusal: ({ reason }) => refusals.push(reason),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const heartbeat = (changes: Partial<WorkerHeartbeat> = {}): WorkerHeartbeat => ({
    id,
    hostname: `${id}.example`,
    status: 'online',
    providers: ['mock'],
    capabilities: ['remote_worker', 'network_choice'],
    capacity: {},
    rpcUrl: url,
    instanceId: 'first',
    credential: options.acceptsStatic ? { form: 'static' } : { form: 'signed', keyRole: roleOf(options) },
    ...changes,
  });
  return {
    id,
    url,
    sandboxes,
    calls,
    refusals,
    behaviour,
    files,
    heartbeat,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    cut: () => server.closeAllConnections(),
    close: () => closed(server),
  };
}

function roleOf({ key = 'derived' }: FakeWorkerOptions): string {
  return key === 'derived' ? 'derived(active)' : 'active';
}

function verifierOf({ id, clock, key = 'derived' }: FakeWorkerOptions) {
  const active = key === 'derived' ? deriveWorkerKey(MASTER_KEY, id) : MASTER_KEY;
  return createWorkerTokenVerifier({ keyring: createKeyring({ active }), audience: 'worker:rpc', clock });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
