import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createKeyring,
  createWorkerTokenVerifier,
  deriveWorkerKey,
  type MintWorkerTokenOptions,
  mintWorkerToken,
  type RevocationCheck,
  type WorkerTokenVerifier,
} from '@stacyvm/token';
import {
  type CallLoad,
  createRpcClient,
  createRpcRequestListener,
  createRpcServer,
  createWorkerAuthenticator,
  type LeaseToken,
  type RpcClient,
  type RpcClientOptions,
  type RpcMethods,
  type RpcRequestListenerOptions,
  type WorkerAuthenticatorOptions,
} from '../src/index.js';

export const MASTER_KEY = 'a master key that is only used in these tests';
export const OTHER_KEY = 'another key that no server of these tests knows';
export const WORKER = 'worker-a';

export interface TestServer {
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

export async function listen(server: Server): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function serve(listener: RequestListener): Promise<TestServer> {
  return listen(createServer(listener));
}

export interface SpiedMethods extends RpcMethods {
  readonly calls: string[];
}

/** Methods that note every call; each can be replaced. */
export function spiedMethods(replaced: Partial<RpcMethods> = {}): SpiedMethods {
  const calls: string[] = [];
  const methods: RpcMethods = {
    spawn: () => Promise.resolve({ runtimeId: 'rt-1', provider: 'mock' }),
    destroy: () => Promise.resolve(),
    status: () => Promise.resolve({ state: 'running', provider: 'mock' }),
    exec: () => Promise.resolve({ exitCode: 0, timedOut: false, durationMs: 1 }),
    logs: () => Promise.resolve(['one', 'two']),
    shutdown: () => Promise.resolve(),
    ...replaced,
  };
  return {
    calls,
    spawn(params, context) {
      calls.push(`spawn ${params.sandboxId}`);
      return methods.spawn(params, context);
    },
    destroy(params, context) {
      calls.push(`destroy ${params.sandboxId}`);
      return methods.destroy(params, context);
    },
    status(params, context) {
      calls.push(`status ${params.sandboxId}`);
      return methods.status(params, context);
    },
    exec(params, context) {
      calls.push(`exec ${params.sandboxId}`);
      return methods.exec(params, context);
    },
    ...(methods.files === undefined ? {} : { files: methods.files }),
    ...(methods.renewLease === undefined ? {} : { renewLease: methods.renewLease }),
    logs(params, context) {
      calls.push(`logs ${params.sandboxId}`);
      return methods.logs(params, context);
    },
    shutdown(context) {
      calls.push('shutdown');
      return methods.shutdown(context);
    },
  };
}

export interface TestWorkerOptions extends Partial<RpcRequestListenerOptions> {
  readonly replaced?: Partial<RpcMethods>;
  readonly credentials?: Partial<WorkerAuthenticatorOptions>;
  readonly isRevoked?: RevocationCheck;
}

export interface TestWorker extends TestServer {
  readonly methods: SpiedMethods;
  readonly reasons: string[];
  readonly inFlight: () => number;
  readonly load: () => CallLoad;
  readonly answerBytes: () => number;
  readonly revalidate: (isRevoked: RevocationCheck) => number;
  client(options?: Partial<RpcClientOptions>): RpcClient;
}

/** A worker that verifies with its derived key, as a real one does. */
export async function startWorker(options: TestWorkerOptions = {}): Promise<TestWorker> {
  const methods = spiedMethods(options.replaced);
  const reasons: string[] = [];
  const clients: RpcClient[] = [];
  const listener = createRpcRequestListener({
    workerId: WORKER,
    methods,
    onRefusal: ({ reason }) => reasons.push(reason),
    ...options,
    authenticate: createWorkerAuthenticator({
      workerId: WORKER,
      verifier: createWorkerTokenVerifier({
        keyring: createKeyring({ active: deriveWorkerKey(MASTER_KEY, WORKER) }),
        audience: 'worker:rpc',
        isRevoked: options.isRevoked,
        clock: options.clock,
      }),
      ...options.credentials,
    }),
  });
  const started = await listen(createRpcServer(listener));
  return {
    ...started,
    methods,
    reasons,
    inFlight: listener.inFlight,
    load: listener.load,
    answerBytes: listener.answerBytes,
    revalidate: listener.revalidate,
    client(overrides = {}) {
      const client = createRpcClient({
        workerId: WORKER,
        rpcUrl: started.url,
        credential: { kind: 'signed', key: deriveWorkerKey(MASTER_KEY, WORKER) },
        ...overrides,
      });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await started.close();
    },
  };
}

export function rpcToken(options: Partial<MintWorkerTokenOptions> = {}): string {
  return mintWorkerToken({
    key: deriveWorkerKey(MASTER_KEY, WORKER),
    workerId: WORKER,
    audience: 'worker:rpc',
    ttlSeconds: 120,
    ...options,
  }).token;
}

export function lease(overrides: Partial<LeaseToken> = {}): LeaseToken {
  return {
    resourceId: 'sb-1',
    holderId: WORKER,
    generation: 1,
    expiresAt: new Date(Date.now() + 60_000),
    ...overrides,
  };
}

export function wireLease(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    resource_id: 'sb-1',
    holder_id: WORKER,
    generation: 1,
    expires_at: new Date(Date.now() + 60_000).toISOString(),
    ...overrides,
  };
}

export function envelope(method: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: 'request-1', method, worker_id: WORKER, params: { sandbox_id: 'sb-1' }, ...overrides };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** A request by hand: what our own clients would never send. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    redirect: 'manual',
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: objectOf(text) };
}

function objectOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Waits for a condition that something else brings about. */
export async function eventually(condition: () => boolean, deadlineMs = 30_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** A verifier whose keys can be changed, as a server does that reloads. */
export interface RotatingVerifier extends WorkerTokenVerifier {
  /** The first key is active; the others only verify. */
  use(...keys: readonly string[]): void;
}

export function rotatingVerifier(
  audience: WorkerTokenVerifier['audience'],
  ...keys: readonly string[]
): RotatingVerifier {
  const verifierOf = ([active = '', ...verifyOnly]: readonly string[]): WorkerTokenVerifier =>
    createWorkerTokenVerifier({ keyring: createKeyring({ active, verifyOnly }), audience });
  let current = verifierOf(keys);
  return {
    audience,
    get keyring() {
      return current.keyring;
    },
    get cachedTokens() {
      return current.cachedTokens;
    },
    verify: (token, expected) => current.verify(token, expected),
    use(...next) {
      current = verifierOf(next);
    },
  };
}

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown> & Error> {
  try {
    await promise;
  } catch (error) {
    return error as Record<string, unknown> & Error;
  }
  throw new Error('the call did not fail');
}
