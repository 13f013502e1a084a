import type { OperationId } from '@stacyvm/api';
import type { Request, RequestHandler, Response } from 'express';
import { contextOf } from '../request-context.js';

/** The handlers of some operations of the contract. */
export type Handlers<Id extends OperationId> = Readonly<Record<Id, RequestHandler>>;

/**
 * A handler whose failure reaches the error handler. When it is through, the audit hears of it. What it throws once its caller may
 * not go on is due to that, whatever it says.
 */
export function handle(work: (request: Request, response: Response) => Promise<void>): RequestHandler {
  return (request, response, next) => {
    const context = contextOf(request);
    const fail = (error: unknown): void => {
      const { revoked, attempt } = context;
      if (revoked !== undefined) attempt?.note({ detail: { refusal: revoked.refusal } });
      next(revoked?.error ?? error);
    };
    // The body may have taken its time.
    if (context.revoked !== undefined) {
      fail(context.revoked.error);
      return;
    }
    work(request, response).then(() => {
      void context.attempt?.end({ outcome: 'success', status: response.statusCode });
    }, fail);
  };
}

/** A path parameter, which the contract has checked. */
export function pathParameter(request: Request, name: string): string {
  return String(request.params[name]);
}

/** The page that a list request asks for. */
export function pageOf(request: Request): { readonly limit: number; readonly after?: string } {
  const { limit, cursor } = request.query;
  return { limit: Number(limit ?? 100), ...(typeof cursor === 'string' ? { after: cursor } : {}) };
}

/** The worker that a list request asks for. */
export function workerIdFilter(request: Request): { readonly workerId?: string } {
  const { worker_id: workerId } = request.query;
  return typeof workerId === 'string' ? { workerId } : {};
}

/** The header of a page that others follow. */
export function nextPage({ nextCursor }: { readonly nextCursor?: string }): Readonly<Record<string, string>> {
  return nextCursor === undefined ? {} : { 'X-Next-Cursor': nextCursor };
}

/** For answers that carry a secret. */
export const NO_STORE = { 'Cache-Control': 'no-store' };

/** Sends one page of a list; the cursor of the next page goes into a header, since the body is a bare array. */
export function sendPage(
  response: Response,
  items: readonly unknown[],
  nextCursor: string | undefined,
): void {
  response.set(nextPage(nextCursor === undefined ? {} : { nextCursor })).json(items);
}
