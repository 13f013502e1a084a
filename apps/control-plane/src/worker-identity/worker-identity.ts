import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { WorkerCredentials } from '@stacyvm/orchestrator';
import type { WorkerRecord } from '@stacyvm/store';
import { createWorkerTokenVerifier, type RevocationCheck } from '@stacyvm/token';
import {
  type AuthenticateWorker,
  type AuthenticationRefusal,
  createWorkerAuthenticator,
  type WorkerAuthentication,
} from '@stacyvm/worker-rpc';
import { rpcCredentialFor, type UsedKey } from './rpc-credential.js';
import { createStaticTokenWarnings } from './static-token-warnings.js';
import { type StaticTokens, staticTokensOf } from './static-tokens.js';
import { type RingKey, type WorkerKeys, workerKeysOf } from './worker-keys.js';

export interface WorkerIdentityOptions {
  readonly settings: Settings;
  readonly revocations: {
    readonly isRevoked: RevocationCheck;
    isWorkerRevoked(workerId: string, at: Date): boolean;
  };
  readonly logger: Logger;
  readonly clock: () => Date;
  /** Told of every credential that is presented; for metrics. */
  readonly onAuthentication?: ((authentication: WorkerAuthentication) => void) | undefined;
  /** Told when a worker accepted a call that a key proved which is not the active one. */
  readonly onFallbackKey?: ((workerId: string, key: UsedKey) => void) | undefined;
}

/** A key of the ring, and since when this process has had it in that role. */
export interface LiveKey extends RingKey {
  readonly roleSince: Date;
}

/** Who workers are, and who the control plane is to them, by the settings that are in force. */
export interface WorkerIdentity extends WorkerCredentials {
  readonly authenticate: AuthenticateWorker;
  /** Which tokens are bound to client certificates, by the settings in force. */
  tokenBinding(): TokenBinding;
  /** The active key first. */
  keys(): readonly LiveKey[];
  /** Whether no credential of the worker is accepted now, whatever it is. */
  isWorkerRevoked(workerId: string): boolean;
  /**
   * Makes ready what other settings mean and tells how to put it in force, which cannot fail.
   *
   * @throws WorkerTokenError when they must not go live
   */
  prepare(settings: Settings): () => void;
}

/** `auth.worker_token_binding`. */
export type TokenBinding = Settings['auth.worker_token_binding'];

interface Identity {
  readonly tokenBinding: TokenBinding;
  readonly keys: WorkerKeys;
  readonly staticTokens: StaticTokens;
  readonly authenticate: AuthenticateWorker;
  readonly roleSince: ReadonlyMap<string, Date>;
}

/** @throws WorkerTokenError when the settings must not go live */
export function createWorkerIdentity(options: WorkerIdentityOptions): WorkerIdentity {
  const { revocations, clock } = options;
  const warnOfStaticToken = createStaticTokenWarnings(options.logger, clock);
  let current = build(options.settings, undefined);
  logKeys(current.keys);

  function build(settings: Settings, before: Identity | undefined): Identity {
    const keys = workerKeysOf(settings);
    const staticTokens = staticTokensOf(settings);
    const verifier =
      keys.keyring === undefined
        ? undefined
        : createWorkerTokenVerifier({
            keyring: keys.keyring,
            audience: 'worker:control-plane',
            profile: settings['auth.worker_token_profile'],
            requireCertificate: settings['auth.worker_token_binding'] === 'required',
            isRevoked: revocations.isRevoked,
            clock,
          });
    return {
      tokenBinding: settings['auth.worker_token_binding'],
      keys,
      staticTokens,
      authenticate: createWorkerAuthenticator({
        verifier,
        sharedToken: staticTokens.shared,
        workerTokens: staticTokens.byWorker,
        staticTokens: staticTokens.migration === 'strict' ? 'refuse' : 'accept',
      }),
      roleSince: roleTimes(keys, before, clock()),
    };
  }

  function logKeys({ ring: [active, ...verifyOnly] }: WorkerKeys): void {
    options.logger.info('worker signing keys in force', {
      active: active?.fingerprint ?? 'none',
      verify_only: verifyOnly.map(({ fingerprint }) => fingerprint),
    });
  }

  /** Of a static token nothing is known but whose it is, so only a worker that is revoked altogether is refused. */
  function admit(authentication: WorkerAuthentication): WorkerAuthentication {
    if (!authentication.ok || authentication.credential.form === 'signed') return authentication;
    const { workerId, credential } = authentication;
    if (revocations.isWorkerRevoked(workerId, clock())) return REVOKED;
    if (current.staticTokens.migration === 'warn') warnOfStaticToken(workerId, credential.kind);
    return authentication;
  }

  function isKeyRevoked(workerId: string, keyFingerprint: string, signingKeyFingerprint: string): boolean {
    return revocations.isRevoked({
      tokenId: undefined,
      workerId,
      issuedAt: clock(),
      keyFingerprint,
      signingKeyFingerprint,
    });
  }

  return {
    authenticate(headers, certificateThumbprint) {
      const authentication = admit(current.authenticate(headers, certificateThumbprint));
      options.onAuthentication?.(authentication);
      return authentication;
    },
    tokenBinding: () => current.tokenBinding,
    keys: () =>
      current.keys.ring.map((key) => ({
        ...key,
        roleSince: current.roleSince.get(roleOf(key)) ?? clock(),
      })),
    isWorkerRevoked: (workerId) => revocations.isWorkerRevoked(workerId, clock()),
    isRevoked: ({ id, credential }: WorkerRecord) =>
      isKeyRevoked(id, credential?.keyFingerprint ?? '', credential?.signingKeyFingerprint ?? ''),
    rpcCredential: (worker) =>
      rpcCredentialFor(worker, {
        ring: current.keys.ring,
        staticTokens: current.staticTokens,
        isKeyRevoked: (...fingerprints) => isKeyRevoked(worker.id, ...fingerprints),
        onFallbackKey: options.onFallbackKey,
      }),
    prepare(settings) {
      const next = build(settings, current);
      return () => {
        const changed = ringOf(next) !== ringOf(current);
        current = next;
        if (changed) logKeys(next.keys);
      };
    },
  };
}

const REVOKED: AuthenticationRefusal = {
  ok: false,
  status: 401,
  code: 'UNAUTHORIZED',
  message: 'invalid or missing worker credentials',
  reason: 'token_revoked',
};

/** A key that keeps its role keeps its time; its place among the verify-only keys does not matter. */
function roleTimes(keys: WorkerKeys, before: Identity | undefined, now: Date): ReadonlyMap<string, Date> {
  return new Map(
    keys.ring.map((key) => {
      const role = roleOf(key);
      return [role, before?.roleSince.get(role) ?? now];
    }),
  );
}

function ringOf({ keys }: Identity): string {
  return keys.ring.map(roleOf).join();
}

function roleOf({ role, fingerprint }: RingKey): string {
  return `${role === 'active' ? 'active' : 'verify_only'} ${fingerprint}`;
}
