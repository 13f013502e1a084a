import type { RevocationCheck } from '@stacyvm/token';
import { RpcMethodError } from './errors.js';
import type { AuthenticatedWorker } from './worker-authenticator.js';

/** A call from its credential to the end of its work. */
export interface OpenCall {
  /** Fires when the caller has gone away or its credential is revoked. */
  readonly signal: AbortSignal;
  readonly revoked: boolean;
  /** Tells how the work ends; throws at once when the credential is revoked, whether or not the work minds `signal`. */
  unlessRevoked<T>(work: Promise<T>): Promise<T>;
  /** Forgets the call when its work has ended. */
  close(): Promise<void>;
}

/** The calls of a worker that are under way. */
export interface OpenCalls {
  open(caller: AuthenticatedWorker, disconnected: AbortSignal): OpenCall;
  /** Ends the calls whose signed credential is revoked now, and tells how many. */
  revalidate(isRevoked: RevocationCheck): number;
}

export function createOpenCalls(): OpenCalls {
  const open = new Set<{ readonly caller: AuthenticatedWorker; revoke(): boolean }>();

  return {
    open(caller, disconnected) {
      const gone = new AbortController();
      const works = new Set<Promise<unknown>>();
      const rejections = new Set<(reason: Error) => void>();
      let revoked = false;
      const leave = (): void => gone.abort(disconnected.reason);
      if (disconnected.aborted) leave();
      else disconnected.addEventListener('abort', leave, { once: true });

      const entry = {
        caller,
        revoke() {
          if (revoked) return false;
          revoked = true;
          const reason = revokedInFlight();
          // Before the signal: work that minds it fails for its own reason, and the peer is to be told this one.
          for (const reject of rejections) reject(reason);
          gone.abort(reason);
          return true;
        },
      };
      open.add(entry);
      return {
        signal: gone.signal,
        get revoked() {
          return revoked;
        },
        unlessRevoked<T>(work: Promise<T>): Promise<T> {
          works.add(work);
          return new Promise<T>((resolve, reject) => {
            rejections.add(reject);
            if (revoked) reject(revokedInFlight());
            work.then(resolve, reject);
          });
        },
        async close() {
          await Promise.allSettled(works);
          open.delete(entry);
          disconnected.removeEventListener('abort', leave);
        },
      };
    },
    revalidate(isRevoked) {
      let ended = 0;
      for (const { caller, revoke } of open) if (isNowRevoked(caller, isRevoked) && revoke()) ended += 1;
      return ended;
    },
  };
}

function isNowRevoked({ workerId, credential }: AuthenticatedWorker, isRevoked: RevocationCheck): boolean {
  if (credential.form !== 'signed') return false;
  const { tokenId, issuedAt, keyFingerprint, signingKeyFingerprint } = credential;
  const answer: unknown = isRevoked({ tokenId, workerId, issuedAt, keyFingerprint, signingKeyFingerprint });
  return answer !== false;
}

// Not 401: that would promise that the call had no effect, and the caller would make it again.
function revokedInFlight(): RpcMethodError {
  return new RpcMethodError('internal', 'the credential of the call was revoked while it ran', {
    reason: 'token_revoked',
  });
}
