import type { IncomingMessage, ServerResponse } from 'node:http';
import { isWorkerId } from '@stacyvm/token';
import type { Clock } from './clock.js';
import { type EndpointRefusal, REFUSALS } from './endpoint-refusals.js';
import {
  type Enrolment,
  type EnrolmentDetails,
  enrolmentToWire,
  parseEnrolmentDetails,
} from './enrolment.js';
import { disconnectSignal, readBody } from './http-body.js';
import { isJoinToken } from './join-token.js';
import { decodeJson } from './json-encoding.js';
import { formatTime } from './rfc3339.js';
import { headerText, JOIN_TOKEN_HEADER } from './worker-headers.js';

export interface EnrolmentContext extends EnrolmentDetails {
  readonly requestId: string;
  readonly remoteAddress: string | undefined;
  /** Of the client certificate of the connection; undefined: it has none. */
  readonly certificateThumbprint: string | undefined;
  /** Fires when the worker has gone away. */
  readonly signal: AbortSignal;
}

/**
 * Redeems a join token, which has the right form and may be anything else. Throws `WorkerEndpointError` with the code
 * `unauthorized` and a `JoinTokenRefusalReason` when it is not good for this worker.
 */
export type EnrolWorker = (
  workerId: string,
  joinToken: string,
  context: EnrolmentContext,
) => Promise<Enrolment>;

export interface EnrolmentRequest {
  readonly workerId: string;
  readonly requestId: string;
  readonly remoteAddress: string | undefined;
  readonly certificateThumbprint: string | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const BODY_LIMIT_BYTES = 4 * 1024;

/** Serves `POST {workerID}/enrol`. Order of the checks: method, worker id, join token, body. */
export async function serveEnrolment(
  { workerId, requestId, remoteAddress, certificateThumbprint, request, response }: EnrolmentRequest,
  enrol: EnrolWorker,
  clock: Clock,
): Promise<EndpointRefusal | { readonly reply: unknown }> {
  if (request.method !== 'POST') return REFUSALS.methodNotAllowed;
  if (workerId === '') return REFUSALS.workerIdMissing;
  if (!isWorkerId(workerId)) return REFUSALS.workerIdInvalid;
  const joinToken = headerText(request.headers, JOIN_TOKEN_HEADER);
  if (joinToken === '') return REFUSALS.joinTokenMissing;
  if (!isJoinToken(joinToken)) return REFUSALS.joinTokenMalformed;
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (body === undefined) return REFUSALS.bodyTooLarge;
  const details = parseEnrolmentDetails(decodeJson(body));
  if (!details.ok) return REFUSALS.invalidBody;
  const enrolment = await enrol(workerId, joinToken, {
    ...details.value,
    requestId,
    remoteAddress,
    certificateThumbprint,
    signal: disconnectSignal(response),
  });
  return { reply: enrolmentToWire(workerId, enrolment, formatTime(clock())) };
}
