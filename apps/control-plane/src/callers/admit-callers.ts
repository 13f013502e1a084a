import type { Request, RequestHandler, Response } from 'express';
import { isPublicPath } from '../contract.js';
import { contextOf } from '../request-context.js';
import type { Callers } from './live-callers.js';
import { type RateLimit, type RateVerdict, rateHeaders, rateLimited } from './rate-limit.js';

export interface AdmitCallersOptions {
  readonly callers: Callers;
  readonly rateLimit: Pick<RateLimit, 'ofCaller' | 'ofUnknown'>;
}

/**
 * Finds out who is calling, and counts the request against that caller, or against its address when nobody knows who it
 * is. Probes are asked nothing and cost nothing.
 */
export function admitCallers({ callers, rateLimit }: AdmitCallersOptions): RequestHandler {
  return (request, response, next) => {
    if (isPublicPath(request.method, request.path)) next();
    else admit(request, response).then(() => next(), next);
  };

  async function admit(request: Request, response: Response): Promise<void> {
    const context = contextOf(request);
    try {
      const { requestId, clientAddress: address } = context;
      context.principal = await callers.authenticate(request.headers, { address, requestId });
    } catch (refusal) {
      spend(rateLimit.ofUnknown(context.clientAddress), response);
      throw refusal;
    }
    spend(rateLimit.ofCaller(context.principal, context.clientAddress), response);
  }
}

function spend(verdict: RateVerdict | undefined, response: Response): void {
  if (verdict === undefined) return;
  response.set(rateHeaders(verdict));
  if (!verdict.taken) throw rateLimited(verdict);
}
