import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Logger } from '@stacyvm/logging';
import {
  ControlPlaneError,
  type ControlPlaneErrorCode,
  type Enrolment,
  enrolWorker,
  isJoinToken,
  type JoinTokenRefusalReason,
  type TlsCredentials,
} from '@stacyvm/worker-rpc';
import { pause, retryPauseMs } from './retry-pause.js';

/** The worker could not be enrolled; the message says what the operator can do. */
export class EnrolmentError extends Error {
  override readonly name = 'EnrolmentError';

  constructor(
    /** The control plane's reason such as `join_token_used`, or what else stopped it. */
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface EnrolmentOptions {
  readonly baseUrl: string;
  readonly workerId: string;
  readonly joinToken: string;
  /** Where the token is from, for messages. */
  readonly joinTokenFile: string;
  readonly instanceId: string;
  /** What the control plane is spoken with. */
  readonly tls?: TlsCredentials | undefined;
  readonly logger: Pick<Logger, 'warn'>;
  /** Ends the attempts; `enrol` throws its reason. */
  readonly signal: AbortSignal;
  /** `once` gives up when the control plane cannot be reached. */
  readonly attempts?: 'once' | 'until_reached' | undefined;
  readonly random?: (() => number) | undefined;
}

/** What another attempt may mend. After `timeout` and `connection_lost` the token may be spent: the next one tells. */
const PASSING: ReadonlySet<ControlPlaneErrorCode> = new Set([
  'unreachable',
  'connection_lost',
  'timeout',
  'unavailable',
  'rate_limited',
  'remote_error',
]);

/**
 * Redeems a join token for the key of this worker; while the control plane cannot be reached it tries again.
 *
 * @throws EnrolmentError, or the reason of the signal
 */
export async function enrol(options: EnrolmentOptions): Promise<Enrolment> {
  const { signal, logger, random = Math.random } = options;
  let answerLost = false;
  for (let failures = 1; ; failures += 1) {
    try {
      return await enrolWorker({ ...options, hostname: hostname(), signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ControlPlaneError)) throw error;
      if (!PASSING.has(error.code) || options.attempts === 'once') {
        throw refusedEnrolment(error, options, answerLost);
      }
      answerLost ||= error.code === 'connection_lost' || error.code === 'timeout';
      logger.warn('enrolment failed; trying again', {
        attempts: failures,
        code: error.code,
        cause: error.message,
      });
    }
    await pause(retryPauseMs(failures, random), signal);
    signal.throwIfAborted();
  }
}

const REFUSALS: Readonly<Record<JoinTokenRefusalReason, string>> = {
  join_token_unknown: 'the control plane does not know the join token: it was deleted, or is of another one',
  join_token_expired: 'the join token has expired',
  join_token_used:
    'the join token has been redeemed before; if that was not this worker, somebody else has its key: revoke the worker',
  join_token_other_worker:
    'the join token is for another worker; start the worker with the id that it is for',
};

function refusedEnrolment(
  error: ControlPlaneError,
  { workerId, joinTokenFile }: EnrolmentOptions,
  answerLost: boolean,
): EnrolmentError {
  const { reason = error.code } = error;
  const why = isJoinTokenRefusal(reason)
    ? REFUSALS[reason]
    : error.code === 'not_found'
      ? 'the control plane enrols no workers; give the worker its key by auth.worker_signing_key_file'
      : error.message;
  const lost =
    reason === 'join_token_used' && answerLost
      ? ' (an attempt before this one got no answer and may have redeemed it)'
      : '';
  const remedy = isJoinTokenRefusal(reason)
    ? `; create another one with: stacyvm worker join-token create --worker-id ${workerId}`
    : '';
  return new EnrolmentError(
    reason,
    `worker ${workerId} could not be enrolled with ${joinTokenFile}: ${why}${lost}${remedy}`,
    { cause: error },
  );
}

function isJoinTokenRefusal(reason: string): reason is JoinTokenRefusalReason {
  return Object.hasOwn(REFUSALS, reason);
}

const FILE_LIMIT_BYTES = 4 * 1024;

const OPEN_TO_OTHERS = 0o077;

/**
 * The join token in a file, which is left as it is.
 *
 * @param onWarning told when other users may read the file
 * @throws EnrolmentError
 */
export async function readJoinToken(path: string, onWarning: (message: string) => void): Promise<string> {
  let file: FileHandle | undefined;
  let text: string;
  try {
    file = await open(path);
    const status = await file.stat();
    if (status.isFile() && (status.mode & OPEN_TO_OTHERS) !== 0)
      onWarning(`join token file ${path} is open to other users; make it 0600, and create another token`);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(FILE_LIMIT_BYTES), 0, FILE_LIMIT_BYTES);
    text = buffer.toString('utf8', 0, bytesRead).trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new EnrolmentError('join_token_unreadable', `join token file ${path} cannot be read (${code})`);
  } finally {
    await file?.close();
  }
  if (isJoinToken(text)) return text;
  throw new EnrolmentError(
    'join_token_malformed',
    `join token file ${path} does not hold a join token, which is stacyvm-join-v1. and 43 characters`,
  );
}
