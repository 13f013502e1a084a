import {
  type ControlPlaneConnectionOptions,
  openControlPlaneConnections,
} from './control-plane-connections.js';
import { askControlPlane, workerUrlOf } from './control-plane-exchange.js';
import {
  type Enrolment,
  type EnrolmentDetails,
  enrolmentDetailsToWire,
  parseEnrolment,
} from './enrolment.js';
import { ControlPlaneError } from './errors.js';
import { isJoinToken } from './join-token.js';
import { JOIN_TOKEN_HEADER } from './worker-headers.js';

export interface EnrolWorkerOptions extends EnrolmentDetails, ControlPlaneConnectionOptions {
  /** The control plane's base URL, without `/api/v1`. The answer holds a key: anything but loopback should be https. */
  readonly baseUrl: string;
  readonly workerId: string;
  /** `stacyvm-join-v1.` and 43 characters; white space around it is dropped. */
  readonly joinToken: string;
  /** From the beginning of the request to the end of its answer, by default ten seconds. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const REPLY_LIMIT_BYTES = 64 * 1024;

/**
 * Exchanges a join token for the worker's own key. The token is good once: after `timeout`, `aborted` or
 * `connection_lost` it may be spent although no key has arrived, and another one is needed.
 *
 * @throws ControlPlaneError `unauthorized` with a `JoinTokenRefusalReason`, `not_found` when the control plane enrols
 * nobody, `invalid_configuration` before anything is sent, and the codes of every failed request
 */
export async function enrolWorker(options: EnrolWorkerOptions): Promise<Enrolment> {
  const { workerId, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const url = new URL(`${workerUrlOf(options.baseUrl, workerId)}/enrol`);
  const joinToken = options.joinToken.trim();
  if (!isJoinToken(joinToken)) {
    throw new ControlPlaneError('invalid_configuration', 'the join token does not have the form of one');
  }
  const pool = openControlPlaneConnections(url, options);
  try {
    const { value } = await askControlPlane({
      url,
      headers: { [JOIN_TOKEN_HEADER]: joinToken },
      body: enrolmentDetailsToWire(options),
      parse: (reply) => parseEnrolment(reply, workerId),
      replyLimitBytes: REPLY_LIMIT_BYTES,
      agent: pool.agent(),
      timeoutMs,
      signal,
    });
    return value;
  } finally {
    pool.close();
  }
}
