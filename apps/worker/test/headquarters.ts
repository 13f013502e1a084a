import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  createKeyring,
  createWorkerTokenVerifier,
  deriveWorkerKey,
  keyFingerprint,
  mintWorkerToken,
} from '@stacyvm/token';
import {
  type Clock,
  createJoinToken,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type Heartbeat,
  type JoinTokenRefusalReason,
  joinTokenHash,
  type RevocationFeed,
  type WorkerCredential,
  WorkerEndpointError,
} from '@stacyvm/worker-rpc';

export function secret(): string {
  return randomBytes(32).toString('base64url');
}

export interface Directive {
  drain?: boolean;
  release?: readonly string[];
  nextHeartbeatMs?: number;
  revocations?: RevocationFeed;
}

/** What workers talk to: the control plane's side of the worker protocol, with answers that a test decides. */
export interface Headquarters {
  readonly url: string;
  readonly port: number;
  readonly heartbeats: Heartbeat[];
  /** What the heartbeats were proven with. */
  readonly credentials: WorkerCredential[];
  /** The ids of the tokens that were issued. */
  readonly issued: string[];
  /** The reasons of refused requests. */
  readonly refusals: string[];
  /** Sent with the next answers. */
  directive: Directive;
  /** Exchanges the master keys. */
  useKeys(active: string, ...verifyOnly: readonly string[]): void;
  createJoinToken(workerId: string, ttlMs?: number): string;
  close(): Promise<void>;
}

export interface HeadquartersOptions {
  readonly clock?: Clock;
  readonly port?: number;
  /** Speak HTTPS. */
  readonly tls?: ServerOptions;
  /** Let in bound tokens alone. */
  readonly requireCertificate?: boolean;
  /** The static token of every worker. */
  readonly sharedToken?: string;
  /** Join tokens that have been redeemed, each with its worker. */
  readonly spentJoinTokens?: ReadonlyArray<readonly [workerId: string, token: string]>;
}

interface JoinTokenRecord {
  readonly workerId: string;
  readonly expiresAt: number;
  used: boolean;
}

export async function startHeadquarters(
  signingKey: string,
  {
    clock = () => new Date(),
    port = 0,
    sharedToken,
    spentJoinTokens = [],
    tls,
    requireCertificate = false,
  }: HeadquartersOptions = {},
): Promise<Headquarters> {
  let master = signingKey;
  let authenticate = authenticator(signingKey, []);
  const joinTokens = new Map<string, JoinTokenRecord>(
    spentJoinTokens.map(([workerId, token]) => [
      joinTokenHash(token),
      { workerId, expiresAt: Number.POSITIVE_INFINITY, used: true },
    ]),
  );

  function authenticator(active: string, verifyOnly: readonly string[]) {
    const keyring = createKeyring({ active, verifyOnly });
    const verifier = createWorkerTokenVerifier({
      keyring,
      audience: 'worker:control-plane',
      requireCertificate,
      clock,
    });
    return createWorkerAuthenticator({ verifier, sharedToken });
  }

  function redeem(workerId: string, token: string): void {
    const refuse = (reason: JoinTokenRefusalReason): never => {
      throw new WorkerEndpointError('unauthorized', 'the join token is refused', { reason });
    };
    const record = joinTokens.get(joinTokenHash(token)) ?? refuse('join_token_unknown');
    if (record.workerId !== workerId) refuse('join_token_other_worker');
    if (record.used) refuse('join_token_used');
    if (record.expiresAt <= clock().getTime()) refuse('join_token_expired');
    record.used = true;
  }

  const endpoint = createWorkerEndpoint({
    authenticate: (...presented) => authenticate(...presented),
    clock,
    onHeartbeat: async (id, heartbeat, { credential }) => {
      headquarters.heartbeats.push(heartbeat);
      headquarters.credentials.push(credential);
      const { drain = false, release = [], nextHeartbeatMs = 30_000, revocations } = headquarters.directive;
      const now = clock();
      const times = { lastHeartbeatAt: now, createdAt: now, updatedAt: now, stale: false };
      return { worker: { ...heartbeat, id, ...times }, drain, release, nextHeartbeatMs, revocations };
    },
    onRenewLease: () => Promise.reject(new Error('nobody renews here')),
    onIssueToken: async (workerId, { certificateThumbprint }) => {
      const { token, claims } = mintWorkerToken({
        key: deriveWorkerKey(master, workerId),
        workerId,
        audience: 'worker:control-plane',
        ttlSeconds: 300,
        certificateThumbprint,
        now: clock(),
      });
      headquarters.issued.push(claims.tokenId);
      return { token, tokenId: claims.tokenId, issuedAt: claims.issuedAt, expiresAt: claims.expiresAt };
    },
    onEnrol: async (workerId, joinToken) => {
      redeem(workerId, joinToken);
      const key = deriveWorkerKey(master, workerId);
      return { key, keyFingerprint: keyFingerprint(key), pool: '' };
    },
    onRefusal: ({ reason }) => headquarters.refusals.push(reason),
  });
  const listener: RequestListener = (request, response) => {
    if (!endpoint(request, response)) response.writeHead(404).end();
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: listening } = server.address() as AddressInfo;

  const headquarters: Headquarters = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${listening}`,
    port: listening,
    heartbeats: [],
    credentials: [],
    issued: [],
    refusals: [],
    directive: {},
    useKeys(active, ...verifyOnly) {
      master = active;
      authenticate = authenticator(active, verifyOnly);
    },
    createJoinToken(workerId, ttlMs = 60_000) {
      const { token, hash } = createJoinToken();
      joinTokens.set(hash, { workerId, expiresAt: clock().getTime() + ttlMs, used: false });
      return token;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return headquarters;
}
