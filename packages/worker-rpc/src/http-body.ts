import type { IncomingMessage, ServerResponse } from 'node:http';
import { createByteGatherer } from './byte-gatherer.js';

export interface BodyReading {
  /** A body that takes longer ends the connection. */
  readonly withinMs?: number | undefined;
  /** Asked once for a body that is longer than so many bytes, with its length or the limit, before more of it is read. */
  readonly pauseAt?: number | undefined;
  readonly enter?: ((bytes: number) => Promise<void>) | undefined;
}

/**
 * Reads a whole body, or tells undefined as soon as it is longer than `limitBytes`. The rest stays unread then. What `enter` throws is
 * passed on.
 */
export async function readBody(
  message: IncomingMessage,
  limitBytes: number,
  { withinMs, pauseAt = limitBytes, enter }: BodyReading = {},
): Promise<Buffer | undefined> {
  const declared = Number(message.headers['content-length'] ?? 0);
  if (declared > limitBytes) return undefined;
  const body = createByteGatherer();
  return new Promise((resolve, reject) => {
    const timer = withinMs === undefined ? undefined : setTimeout(() => message.destroy(), withinMs);
    let entered = enter === undefined;
    function settle(finish: () => void): void {
      clearTimeout(timer);
      message.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      finish();
    }
    function pauseUntilEntered(bytes: number): void {
      if (enter === undefined || entered) return;
      entered = true;
      message.pause();
      enter(bytes).then(
        () => {
          body.expect(declared);
          message.resume();
        },
        (error: unknown) => settle(() => reject(error)),
      );
    }
    function onData(chunk: Buffer): void {
      if (body.length + chunk.length <= limitBytes) {
        body.add(chunk);
        if (body.length > pauseAt) pauseUntilEntered(limitBytes);
      } else {
        message.pause();
        settle(() => resolve(undefined));
      }
    }
    const onEnd = (): void => settle(() => resolve(body.take()));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the connection closed within the body')));
    if (declared > pauseAt) pauseUntilEntered(declared);
    message.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

const DISCARD_LIMIT_MS = 5_000;

/**
 * For an answer that comes before the body was read: throws away what the peer still sends, for a while. Closing the
 * connection at once would reset it, and the peer would lose the answer.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.complete) return;
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, DISCARD_LIMIT_MS);
  timer.unref();
  request
    .on('error', () => undefined)
    .on('close', () => clearTimeout(timer))
    .resume();
}

/** Sends one JSON document and a line feed. Does nothing when the peer is gone. */
export function sendJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  // As bytes, since a peer may take its time: a text of other characters than those of Latin-1 is twice as long in memory.
  const body = Buffer.from(`${text}\n`);
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': body.length,
    ...headers,
  });
  response.end(body);
}

/** Fires when the peer goes away before the answer is complete. */
export function disconnectSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const gone = (): void => {
    if (!response.writableFinished) controller.abort(new Error('the peer closed the connection'));
  };
  if (response.destroyed) gone();
  else response.on('close', gone);
  return controller.signal;
}
