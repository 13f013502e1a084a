import type { Request, RequestHandler, Response } from 'express';
import { isPublicPath } from '../contract.js';
import { contextOf } from '../request-context.js';
import type { Callers } from './live-callers.js';
import { type RateLimit, type RateVerdict, rateHeaders, rateLimited } from './rate-limit.js';

export interface AdmitCallersOptions {
  readonly callers: Callers;
  readonly rateLimit: Pick<RateLimit, 'ofCaller' | 'ofUnknown' | 'ofTenant'>;
}

/**
 * Finds out who is calling, and counts the request against that caller, or against its address when nobody knows who it
 * is. Probes are asked nothing and cost nothing; what else anybody may ask counts against the address.
 */
export function admitCallers({ callers, rateLimit }: AdmitCallersOptions): RequestHandler {
  return (request, response, next) => {
    const admitted = isPublicPath(request.method, request.path)
      ? admitAnybody(request, response)
      : admit(request, response);
    admitted.then(() => next(), next);
  };

  async function admitAnybody(request: Request, response: Response): Promise<void> {
    if (request.method === 'GET') return;
    spend(await rateLimit.ofUnknown(contextOf(request).clientAddress), response);
  }

  async function admit(request: Request, response: Response): Promise<void> {
    const context = contextOf(request);
    try {
      const { requestId, clientAddress: address } = context;
      context.principal = await callers.authenticate(request.headers, { address, requestId });
      context.caller = context.principal;
    } catch (refusal) {
      spend(await rateLimit.ofUnknown(context.clientAddress), response);
      throw refusal;
    }
    spend(await rateLimit.ofCaller(context.principal, context.clientAddress), response);
  }
}

/** Counts the request against the tenant that it acts for; comes after the tenant is known. */
export function admitTenants({
  rateLimit,
}: {
  readonly rateLimit: Pick<RateLimit, 'ofTenant'>;
}): RequestHandler {
  return (request, response, next) => {
    const { tenant, bound } = contextOf(request);
    // Who only looks into a tenant on behalf of the platform must not use up what its own callers have.
    if (tenant === undefined || bound !== true) next();
    else {
      rateLimit
        .ofTenant(tenant)
        .then((verdict) => spend(verdict, response))
        .then(() => next(), next);
    }
  };
}

/** The tighter one of several limits is what the caller reads. */
function spend(verdict: RateVerdict | undefined, response: Response): void {
  if (verdict === undefined) return;
  const told = Number(response.get('X-RateLimit-Remaining') ?? Number.POSITIVE_INFINITY);
  if (!verdict.taken || verdict.left < told) response.set(rateHeaders(verdict));
  if (!verdict.taken) throw rateLimited(verdict);
}
