import { PassThrough } from 'node:stream';
import type { Request } from 'express';
import { badRequest, type RequestError } from '../http-errors.js';
import { takesItsTime } from '../http-server.js';

/**
 * How long nothing of an upload may come, for whatever reason. Shorter than what a worker
 * is given: a caller who stalls must not make a worker look dead.
 */
const STALL_MS = 120_000;
/** How long a caller may go on sending what nobody wants any more, before the connection is closed. */
const DISCARD_MS = 5_000;

/**
 * Hands the body of a request to `work` as it comes. When `work` ends before the body does, the rest is thrown away for a while: a
 * connection that is closed under a caller who still sends takes the answer with it.
 */
export async function withUploadedContent<T>(
  request: Request,
  work: (content: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { 'content-encoding': encoding = 'identity' } = request.headers;
  if (encoding.toLowerCase() !== 'identity') {
    throw badRequest('unsupported_content_encoding', 'send the content as it is, without Content-Encoding');
  }
  takesItsTime(request);
  request.setTimeout(STALL_MS, () => request.destroy());
  const content = new PassThrough();
  const onEnd = (): void => {
    if (!request.complete) content.destroy(brokenOff());
  };
  request.on('error', onEnd).on('close', onEnd).pipe(content);
  try {
    return await work(content);
  } finally {
    request.setTimeout(0);
    request.unpipe(content);
    content.on('error', () => {}).destroy();
    if (!request.complete) discard(request);
  }
}

function discard(request: Request): void {
  const timer = setTimeout(() => request.destroy(), DISCARD_MS).unref();
  request.on('end', () => clearTimeout(timer)).on('close', () => clearTimeout(timer));
  request.resume();
}

function brokenOff(): RequestError {
  return badRequest('upload_broken_off', 'the upload broke off; nothing was changed');
}
