import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import { keyFingerprint, type RevocationCheck } from '@stacyvm/token';
import type {
  AuthenticateWorker,
  AuthenticationRefusal,
  Clock,
  CredentialSource,
  TlsCredentials,
} from '@stacyvm/worker-rpc';
import {
  type CredentialOptions,
  incomingAuthenticator,
  outgoingCredentials,
  signingKeyOf,
  verifyOnlyKeysOf,
} from './credentials.js';
import { readEnrolledKey } from './enrolled-key.js';

export interface LiveIdentityOptions {
  readonly settings: Settings;
  readonly workerId: string;
  readonly enrolledKey: string | undefined;
  readonly isRevoked: RevocationCheck;
  /** Whether the worker as a whole is revoked at a moment. */
  readonly isWorkerRevoked?: ((workerId: string, at: Date) => boolean) | undefined;
  /** What the control plane is spoken with. */
  readonly tls?: TlsCredentials | undefined;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/** Who the worker is, to both sides, with whatever keys are in force at the moment. */
export interface LiveIdentity {
  /** What it presents to the control plane. */
  readonly credentials: CredentialSource;
  /** Whom it lets in. */
  readonly authenticate: AuthenticateWorker;
  /**
   * Takes changed settings, and the kept key if that has changed. All or nothing: what cannot be used is reported once
   * and everything stays as it was.
   */
  reload(settings?: Settings): void;
}

interface Credentials {
  readonly settings: Settings;
  readonly enrolledKey: string | undefined;
  readonly outgoing: CredentialSource;
  readonly authenticate: AuthenticateWorker;
}

const REVOKED: AuthenticationRefusal = {
  ok: false,
  status: 401,
  code: 'UNAUTHORIZED',
  message: 'invalid or missing worker RPC credentials',
  reason: 'token_revoked',
};

const STATIC_WARNING_INTERVAL_MS = 600_000;

/**
 * Builds the credentials of a worker and exchanges them as a whole while requests go on: each request is made, and each
 * call is let in, by the credentials of one moment.
 *
 * @throws WorkerCredentialError, CredentialError, WorkerTokenError
 */
export function createLiveIdentity(options: LiveIdentityOptions): LiveIdentity {
  const { workerId, logger, clock = () => new Date() } = options;
  let current = build(options.settings, options.enrolledKey);
  let presented: { readonly token: string; readonly from: CredentialSource } | undefined;
  let reported: string | undefined;
  let staticWarnedAtMs = Number.NEGATIVE_INFINITY;
  logger.info('worker credentials', describe(current));

  function build(settings: Settings, enrolledKey: string | undefined): Credentials {
    const parts: CredentialOptions = { settings, workerId, enrolledKey, tls: options.tls, clock };
    return {
      settings,
      enrolledKey,
      authenticate: incomingAuthenticator({ ...parts, isRevoked: options.isRevoked }),
      outgoing: outgoingCredentials({ ...parts, onWarning: (message) => logger.warn(message) }),
    };
  }

  function keptKey(settings: Settings): string | undefined {
    if (settings['auth.worker_signing_key'] !== undefined) return current.enrolledKey;
    const key = readEnrolledKey(settings, workerId);
    // Without it the worker might fall back to a weaker credential, which nobody has asked for.
    if (key === undefined && current.enrolledKey !== undefined)
      throw new Error('the key that the worker enrolled for is gone; put it back, or enrol the worker again');
    return key;
  }

  function warnOfStatic(): void {
    const nowMs = clock().getTime();
    if (Math.abs(nowMs - staticWarnedAtMs) < STATIC_WARNING_INTERVAL_MS) return;
    staticWarnedAtMs = nowMs;
    logger.warn('the control plane calls with a static token; give both sides signing keys', {
      worker_id: workerId,
    });
  }

  return {
    credentials: {
      describe: () => current.outgoing.describe(),
      async credential(signal) {
        const from = current.outgoing;
        const { token } = await from.credential(signal);
        presented = { token, from };
        return { token };
      },
      refused(reason, token) {
        // The keys were exchanged while the request was under way: the new ones have not been tried.
        if (presented?.token === token && presented?.from !== current.outgoing) return true;
        return current.outgoing.refused?.(reason, token) ?? false;
      },
    },
    authenticate(headers, certificateThumbprint) {
      const caller = current.authenticate(headers, certificateThumbprint);
      // A static token tells no time of issue: it ends with the worker.
      if (caller.ok && caller.credential.form === 'static' && options.isWorkerRevoked?.(workerId, clock()))
        return REVOKED;
      if (
        caller.ok &&
        caller.credential.form === 'static' &&
        current.settings['auth.worker_token_migration'] === 'warn'
      )
        warnOfStatic();
      return caller;
    },
    reload(settings = current.settings) {
      try {
        const enrolledKey = keptKey(settings);
        if (settings !== current.settings || enrolledKey !== current.enrolledKey) {
          const before = JSON.stringify(describe(current));
          current = build(settings, enrolledKey);
          const now = describe(current);
          if (JSON.stringify(now) !== before) logger.info('worker credentials changed', now);
        }
        reported = undefined;
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (problem !== reported)
          logger.error('worker credentials not changed; those before stay in force', { problem });
        reported = problem;
      }
    },
  };
}

function describe(credentials: Credentials): Record<string, unknown> {
  const { settings, outgoing } = credentials;
  const key = signingKeyOf(credentials);
  return {
    outgoing: outgoing.describe(),
    ...(key === undefined
      ? { incoming: 'static token' }
      : {
          incoming: 'signed tokens',
          active_key_fingerprint: keyFingerprint(key),
          verify_only_fingerprints: verifyOnlyKeysOf(settings).map(keyFingerprint),
        }),
  };
}
