import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type AnswerRoom, answersBusy, openAnswerRoom, type ReserveAnswer } from './answer-room.js';
import type { CallSlots } from './call-slots.js';
import type { ConnectionPool } from './connection-pool.js';
import { WorkerRpcError } from './errors.js';
import type { OutgoingTransfer } from './files/outgoing-file.js';
import { ExchangeFailure, post } from './http-exchange.js';
import { encodeJson } from './json-encoding.js';
import { type LeaseToken, leaseToWire } from './lease-token.js';
import { type CallProof, type CallProofs, isKeyRefusal } from './rpc-credential.js';
import { RPC_METHODS, type RpcMethodName } from './rpc-methods.js';
import { protocolError, type ReplyExpectation, readReply } from './rpc-reply.js';

export interface RpcTransportOptions {
  readonly workerId: string;
  /** The full URL that is posted to. */
  readonly url: URL;
  readonly proofs: CallProofs;
  readonly pool: ConnectionPool;
  readonly connectTimeoutMs: number;
  readonly slots: CallSlots;
}

export interface RpcTransportCall {
  readonly method: RpcMethodName;
  readonly params?: unknown;
  readonly lease?: LeaseToken | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly reserve?: ReserveAnswer | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent after the envelope, in one transfer with it. */
  readonly transfer?: OutgoingTransfer;
  /** How long nothing may move on the connection. */
  readonly idleMs?: number | undefined;
}

type ReadReply<T> = (response: IncomingMessage, expected: ReplyExpectation) => Promise<T>;
type ReadAnswer<T> = (response: IncomingMessage, expected: ReplyExpectation, room: AnswerRoom) => Promise<T>;

const MIB = 1024 * 1024;
/** The longest answers in one piece. Only output and lists are long; the rest is what a reference control plane would take. */
const REPLY_LIMIT_BYTES = 1 * MIB;
const LONG_REPLIES: Partial<Readonly<Record<RpcMethodName, number>>> = {
  'worker.exec': 64 * MIB,
  'worker.logs': 32 * MIB,
  'worker.file_list': 32 * MIB,
  'worker.file_glob': 32 * MIB,
};

/** Sends one call and tells its `result`. Calls that only read are sent once more if a kept connection had gone stale. */
export async function callUnary(options: RpcTransportOptions, call: RpcTransportCall): Promise<unknown> {
  const attempt = (): Promise<unknown> =>
    sendProven(options, call, async (response, expected, room) => {
      const body = await room.read(response, LONG_REPLIES[call.method] ?? REPLY_LIMIT_BYTES);
      if (body === undefined)
        throw protocolError('the answer of the worker is too large', response.statusCode);
      return readReply(response.statusCode ?? 0, body, expected);
    });
  try {
    return await attempt();
  } catch (error) {
    const stale =
      error instanceof ExchangeFailure && error.kind === 'connection_lost' && error.reusedConnection;
    if (!stale || RPC_METHODS[call.method].mutating) throw rpcErrorOf(error);
  }
  return attempt().catch((error: unknown) => {
    throw rpcErrorOf(error);
  });
}

/** Sends one call and hands its answer to `read`. */
export function callWith<T>(
  options: RpcTransportOptions,
  call: RpcTransportCall,
  read: ReadAnswer<T>,
): Promise<T> {
  return sendProven(options, call, read).catch((error: unknown) => {
    throw rpcErrorOf(error);
  });
}

/** Sends a call with one proof after the other, within the time of one call, until the worker does not mind the key. */
async function sendProven<T>(
  options: RpcTransportOptions,
  call: RpcTransportCall,
  read: ReadAnswer<T>,
): Promise<T> {
  const release = options.slots.take(call.method);
  if (release === undefined) throw tooManyCalls(options.workerId);
  const room = openAnswerRoom(call.reserve);
  try {
    return await sendUntilTaken(options, call, (response, expected) => read(response, expected, room));
  } catch (error) {
    const isOurDelay = room.waiting && error instanceof ExchangeFailure && error.kind === 'timeout';
    throw isOurDelay ? answersBusy() : error;
  } finally {
    room.leave();
    release();
  }
}

async function sendUntilTaken<T>(
  options: RpcTransportOptions,
  call: RpcTransportCall,
  read: ReadReply<T>,
): Promise<T> {
  const { timeoutMs } = call;
  const startedAt = performance.now();
  const timeLeft = (): number | undefined =>
    timeoutMs === undefined ? undefined : Math.max(Math.ceil(timeoutMs - (performance.now() - startedAt)), 1);
  let refusal: unknown;
  for (const proof of options.proofs.inOrder()) {
    try {
      return await exchange(options, { ...call, timeoutMs: timeLeft() }, proof, read);
    } catch (error) {
      if (!isKeyRefusal(error) || call.transfer?.begun()) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

async function exchange<T>(
  options: RpcTransportOptions,
  call: RpcTransportCall,
  proof: CallProof,
  read: ReadReply<T>,
): Promise<T> {
  const { workerId } = options;
  const id = randomUUID();
  const { transfer } = call;
  const envelope = encodeJson({
    id,
    method: call.method,
    worker_id: workerId,
    ...(call.lease === undefined ? {} : { lease: leaseToWire(call.lease) }),
    ...(call.params === undefined ? {} : { params: call.params }),
  });
  return post(
    {
      url: options.url,
      headers: {
        'content-type': 'application/json',
        'x-worker-id': workerId,
        'x-worker-token': proof.token(RPC_METHODS[call.method].scope),
        ...call.headers,
      },
      body: transfer === undefined ? envelope : (outgoing, halt) => transfer.send(outgoing, envelope, halt),
      agent: options.pool.agent(),
      connectTimeoutMs: options.connectTimeoutMs,
      timeoutMs: call.timeoutMs,
      idleMs: call.idleMs,
      signal: call.signal,
    },
    (response) => {
      if (response.statusCode !== 401) proof.accepted();
      return read(response, { id, workerId });
    },
  );
}

/** Instead of a place in the queue for a connection, where the call would use up its time unheard. */
function tooManyCalls(workerId: string): WorkerRpcError {
  return new WorkerRpcError('worker_busy', `too many calls of worker ${workerId} are under way; try again`, {
    outcome: 'not_executed',
    reason: 'too_many_calls',
  });
}

function rpcErrorOf(error: unknown): unknown {
  if (!(error instanceof ExchangeFailure)) return error;
  return new WorkerRpcError(error.kind, `worker RPC failed: ${error.message}`, {
    outcome: error.sent ? 'unknown' : 'not_executed',
    reason: error.reason,
    cause: error.cause,
  });
}
