import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RevocationCheck } from '@stacyvm/token';
import { type AnswerHold, createAnswerPool, holdAnswer, holdUntilSent } from './answer-pool.js';
import { type CallLoad, type CallSlots, createCallSlots } from './call-slots.js';
import { challengeOf } from './challenge.js';
import { type Clock, systemClock } from './clock.js';
import { RpcMethodError } from './errors.js';
import { dispatchFile, filesOf, tooMuchHeld } from './files/dispatch-files.js';
import { BrokenTransfer, type FrameReader } from './files/frame-reader.js';
import { isTransfer, openTransfer, receiveFile, sendFile, wantsTransfer } from './files/serve-transfer.js';
import { discardBody, disconnectSignal, readBody, sendJson } from './http-body.js';
import { encodeJson } from './json-encoding.js';
import { createLeaseFence, type LeaseFence } from './lease-fence.js';
import { type RpcLogger, silentLogger } from './logger.js';
import { createOpenCalls, type OpenCall } from './open-calls.js';
import { createReplayGuard, type ReplayGuard } from './replay-guard.js';
import { formatTime } from './rfc3339.js';
import { type AdmissionDesk, admitCall, type CallRefusal } from './rpc-admission.js';
import type { RpcContext, RpcMethods } from './rpc-calls.js';
import { dispatchUnary, isFileCall, type RpcCall, sandboxOf } from './rpc-dispatch.js';
import { execChunks, execLive, execUnary, wantsLiveOutput } from './rpc-exec.js';
import { type RpcLimits, withDefaults } from './rpc-limits.js';
import { RPC_METHODS } from './rpc-methods.js';
import {
  BUSY,
  BUSY_RETRY_SECONDS,
  INTERNAL,
  METHOD_NOT_ALLOWED,
  NO_ENVELOPE,
  NOT_POST,
  OTHER_WORKER,
  REVOKED,
  type RpcRefusalEvent,
  TOO_LARGE,
} from './rpc-refusals.js';
import { decodeRpcEnvelope, type RpcEnvelope } from './rpc-request.js';
import { clientThumbprintOf } from './tls/client-certificate.js';
import type {
  AuthenticatedWorker,
  AuthenticateWorker,
  WorkerAuthentication,
} from './worker-authenticator.js';
import { headerText, WORKER_ID_HEADER } from './worker-headers.js';

export interface RpcRequestListenerOptions {
  readonly workerId: string;
  /** From `createWorkerAuthenticator`, with this worker's id and a verifier of the audience `worker:rpc`. */
  readonly authenticate: AuthenticateWorker;
  readonly methods: RpcMethods;
  /** Give one that knows the generations of sandboxes held already; by default an empty one. */
  readonly fence?: LeaseFence | undefined;
  readonly replayGuard?: ReplayGuard | undefined;
  /** How many calls are served at once, by default 256 of each kind. */
  readonly slots?: CallSlots | undefined;
  readonly limits?: RpcLimits | undefined;
  readonly logger?: RpcLogger | undefined;
  readonly clock?: Clock | undefined;
  /** For metrics and audit. */
  readonly onRefusal?: ((event: RpcRefusalEvent) => void) | undefined;
}

/** Serves `POST /rpc` and `GET /health` on any server of node:http or node:https. */
export interface RpcRequestListener {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Calls that are being served. */
  inFlight(): number;
  /** What they hold of `answerBytes`, until their answers are sent. */
  answerBytes(): number;
  /** Those of them that were let in, by kind. */
  load(): CallLoad;
  /**
   * Puts revocations in force for calls under way: those whose signed credential is revoked now are answered with the
   * reason `token_revoked` at once, and their signal fires. Tells how many they were.
   */
  revalidate(isRevoked: RevocationCheck): number;
}

/**
 * Creates the worker's side of the RPC. Order of the checks (worker protocol 4.6, made strict): method, credential,
 * body limit, JSON, worker, id and method name, scope, lease present, params, replay, lease, fence, room for one more
 * call. Only then the method of `methods` is called.
 */
export function createRpcRequestListener(options: RpcRequestListenerOptions): RpcRequestListener {
  const { workerId, methods, logger = silentLogger, clock = systemClock } = options;
  const { slots = createCallSlots() } = options;
  const { bodyBytes, bodyMs, outputBytes, answerBytes, streamStallMs } = withDefaults(options.limits);
  const desk: AdmissionDesk = {
    workerId,
    fence: options.fence ?? createLeaseFence(),
    replayGuard: options.replayGuard ?? createReplayGuard({ clock }),
    clock,
  };
  const openCalls = createOpenCalls();
  const answers = createAnswerPool(answerBytes);
  let inFlight = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === '/health') answerHealth(request, response);
    else if (path === '/rpc') await handleRpc(request, response);
    else {
      discardBody(request);
      sendJson(response, 404, encodeJson({ code: 'NOT_FOUND', message: 'not found', reason: 'not_found' }));
    }
  }

  /** What a server lets through has been verified by its handshake, and is held to that at every request. */
  function authenticate(request: IncomingMessage): WorkerAuthentication {
    return options.authenticate(request.headers, clientThumbprintOf(request));
  }

  function answerHealth(request: IncomingMessage, response: ServerResponse): void {
    discardBody(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendJson(response, 405, encodeJson(METHOD_NOT_ALLOWED), { allow: 'GET, HEAD' });
      return;
    }
    // Which worker this is, is told to those who may call it.
    const known = headerText(request.headers, WORKER_ID_HEADER) !== '' && authenticate(request).ok;
    const details = { worker_id: workerId, calls: slots.load(), answer_bytes: answers.heldBytes() };
    sendJson(response, 200, encodeJson({ status: 'ok', ...(known ? details : {}) }));
  }

  async function handleRpc(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (refused: CallRefusal & { readonly code: string }, method?: string): void => {
      discardBody(request);
      report(request, refused, method);
      const { status, code, message, reason } = refused;
      const time = status === 401 ? { server_time: formatTime(clock()) } : {};
      const challenge = status === 401 ? { 'www-authenticate': challengeOf(reason) } : {};
      const headers = status === 405 ? { allow: 'POST' } : challenge;
      sendJson(response, status, encodeJson({ code, message, reason, ...time }), headers);
    };
    if (request.method !== 'POST') return refuse(NOT_POST);
    const caller = authenticate(request);
    if (!caller.ok) return refuse(caller);
    const open = openCalls.open(caller, disconnectSignal(response));
    if (request.headers.expect !== undefined) response.writeContinue();
    const transfer = isTransfer(request) ? openTransfer(request, streamStallMs) : undefined;
    try {
      const body = await (transfer?.head() ?? readBody(request, bodyBytes, { withinMs: bodyMs }));
      if (body === undefined) return refuse(TOO_LARGE);
      if (open.revoked) return refuse(REVOKED);
      const envelope = decodeRpcEnvelope(body);
      if (envelope === undefined) return refuse(NO_ENVELOPE);
      if (envelope.workerId !== workerId) return refuse(OTHER_WORKER, envelope.method);

      const admitted = admitCall(envelope, caller, desk);
      if ('reason' in admitted) {
        report(request, admitted, envelope.method);
        answerError(response, envelope, admitted);
        return;
      }
      const release = slots.take(admitted.method);
      if (release === undefined) {
        report(request, BUSY, envelope.method);
        answerError(response, envelope, BUSY);
        return;
      }
      try {
        await serve(admitted, envelope, { caller, open, request, response, transfer });
      } finally {
        release();
      }
    } catch (error) {
      if (!(error instanceof BrokenTransfer)) throw error;
      refuse(NO_ENVELOPE);
    } finally {
      transfer?.close();
      discardBody(request);
      await open.close();
    }
  }

  async function serve(
    call: RpcCall,
    envelope: RpcEnvelope,
    { caller, open, request, response, transfer }: ServedRequest,
  ): Promise<void> {
    const { signal } = open;
    const context: RpcContext = { requestId: envelope.id, credential: caller.credential, signal };
    const describe = (error: unknown): RpcMethodError => describeFailure(error, call.method, signal);
    try {
      if (call.method === 'worker.exec_stream' && wantsLiveOutput(request)) {
        const stallMs = streamStallMs;
        const live = { params: call.params, context, open, workerId, stallMs, request, response, describe };
        await execLive(methods, live);
        return;
      }
      if (transfer === undefined && call.method === 'worker.file_read' && wantsTransfer(request)) {
        const { params } = call;
        await sendFile(filesOf(methods), {
          params,
          context,
          open,
          workerId,
          stallMs: streamStallMs,
          response,
          describe,
        });
        return;
      }
      const hold = holdUntilSent(answers.open(sandboxOf(call)), response);
      const served =
        transfer === undefined
          ? serveUnary(call, { ...context, lease: envelope.lease, hold })
          : serveTransfer(call, context, transfer);
      const result = await open.unlessRevoked(served);
      const answer = encodeJson({ id: envelope.id, worker_id: workerId, result });
      // What has an effect has short answers, but for output, which has taken its room.
      if (!RPC_METHODS[call.method].mutating && !holdAnswer(hold, Buffer.byteLength(answer))) {
        throw tooMuchHeld();
      }
      if (hold.bytes > 0) response.setTimeout(streamStallMs, () => response.destroy());
      sendJson(response, 200, answer);
    } catch (error) {
      answerError(response, envelope, describe(error));
    }
  }

  function serveUnary(
    call: RpcCall,
    { hold, ...context }: RpcContext & { readonly lease: RpcEnvelope['lease']; readonly hold: AnswerHold },
  ): Promise<unknown> {
    switch (call.method) {
      case 'worker.exec':
        return execUnary(methods, { params: call.params, context, outputBytes, hold });
      case 'worker.exec_stream':
        return execChunks(methods, { params: call.params, context, outputBytes, hold });
      default:
        if (isFileCall(call)) {
          const served = { files: filesOf(methods), contentBytes: outputBytes, hold };
          return dispatchFile(call, served, context);
        }
        return dispatchUnary(call, { workerId, methods, fence: desk.fence }, context);
    }
  }

  async function serveTransfer(call: RpcCall, context: RpcContext, transfer: FrameReader): Promise<unknown> {
    if (call.method !== 'worker.file_write') {
      throw new RpcMethodError('invalid_request', 'no method but worker.file_write takes a transfer');
    }
    return await receiveFile(filesOf(methods), { params: call.params, context, transfer });
  }

  function describeFailure(error: unknown, method: string, signal: AbortSignal): RpcMethodError {
    if (error instanceof RpcMethodError) return error;
    if (signal.aborted) logger.debug('worker RPC call given up by its caller', { method });
    else logger.error('worker RPC method failed', { method, error: String(error) });
    return new RpcMethodError('internal', 'internal error', { cause: error });
  }

  function answerError(
    response: ServerResponse,
    envelope: RpcEnvelope,
    { status, message, reason }: CallRefusal,
  ): void {
    const body = encodeJson({ id: envelope.id, worker_id: workerId, error: message, reason });
    const busy = reason === BUSY.reason ? { 'retry-after': String(BUSY_RETRY_SECONDS) } : {};
    sendJson(response, status, body, busy);
  }

  function report(request: IncomingMessage, refused: CallRefusal, method: string | undefined): void {
    const { status, reason } = refused;
    const remoteAddress = request.socket.remoteAddress;
    logger.warn('worker RPC call refused', { status, reason, method, remoteAddress });
    options.onRefusal?.({ status, reason, method, remoteAddress });
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    inFlight += 1;
    handle(request, response)
      .catch((error: unknown) => {
        if (response.destroyed) return;
        logger.error('worker RPC request failed', { error: String(error) });
        sendJson(response, 500, INTERNAL);
      })
      .finally(() => {
        inFlight -= 1;
      });
  };
  return Object.assign(listener, {
    inFlight: () => inFlight,
    answerBytes: answers.heldBytes,
    load: slots.load,
    revalidate(isRevoked: RevocationCheck) {
      const calls = openCalls.revalidate(isRevoked);
      if (calls > 0) logger.warn('worker RPC calls ended: their credential is revoked', { calls });
      return calls;
    },
  });
}

interface ServedRequest {
  readonly caller: AuthenticatedWorker;
  readonly open: OpenCall;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly transfer: FrameReader | undefined;
}
