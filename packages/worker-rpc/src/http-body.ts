import type { IncomingMessage, ServerResponse } from 'node:http';
import { createByteGatherer } from './byte-gatherer.js';

/**
 * Reads a whole body, or tells undefined as soon as it is longer than `limitBytes`. The rest stays unread then. A body that takes
 * longer than `withinMs` ends the connection.
 */
export async function readBody(
  message: IncomingMessage,
  limitBytes: number,
  withinMs?: number,
): Promise<Buffer | undefined> {
  if (Number(message.headers['content-length'] ?? 0) > limitBytes) return undefined;
  const body = createByteGatherer();
  return new Promise((resolve, reject) => {
    const timer = withinMs === undefined ? undefined : setTimeout(() => message.destroy(), withinMs);
    function settle(finish: () => void): void {
      clearTimeout(timer);
      message.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      finish();
    }
    function onData(chunk: Buffer): void {
      if (body.length + chunk.length <= limitBytes) body.add(chunk);
      else {
        message.pause();
        settle(() => resolve(undefined));
      }
    }
    const onEnd = (): void => settle(() => resolve(body.take()));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the connection closed within the body')));
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
  const body = `${text}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
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
