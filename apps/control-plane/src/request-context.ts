import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '@stacyvm/auth';
import type { Logger } from '@stacyvm/logging';
import type { TenantReach } from '@stacyvm/orchestrator';
import type { Request, RequestHandler } from 'express';
import type { AuditedAttempt } from './audit/admin-audit.js';
import type { RequestError } from './http-errors.js';

/** What a handler knows about the request beside its content. */
export interface RequestContext {
  readonly requestId: string;
  /** Of the caller, as far as it can be trusted; `server.trusted_proxies` decides. Empty when it is gone. */
  readonly clientAddress: string;
  /** Aborts when the caller goes away before the answer is complete, or may have it no longer, which `revoked` tells. */
  readonly signal: AbortSignal;
  /** Why the call ends before its time. */
  revoked?: RevokedCall;
  /** Ends the call; does nothing once it is answered. @returns whether it had anything to end */
  readonly revoke: (why: RevokedCall) => boolean;
  /** Who is calling, by the credential alone. */
  caller?: Principal;
  /** With the role that it has where it acts. */
  principal?: Principal;
  /** The tenant that the request acts for; undefined for none. */
  tenant?: string | undefined;
  /** Whose sandboxes it may know of. Nobody's, until it is known who is calling. */
  reach?: TenantReach;
  /** The credential or a membership binds the caller to the tenant: it is none of the platform. */
  bound?: boolean;
  /** What the audit was told before anything was done. */
  attempt?: AuditedAttempt;
  /** Of the contract; undefined where the path is none of it. */
  operation?: string;
  /** The `id` of the path, as it was asked for. */
  pathId?: string;
  /** The `tenant_id` of the path, as it was asked for. */
  pathTenant?: string;
}

/** Why a call that was let in may not go on. */
export interface RevokedCall {
  /** What its caller is told. */
  readonly error: RequestError;
  /** The reason for which the same call would be refused if it came now. */
  readonly refusal: string;
}

/** How a request ended. */
export interface EndedRequest {
  /** Of the contract, else `none`. */
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
}

export interface RequestContextOptions {
  readonly logger: Logger;
  readonly addressOf: (request: Request) => string;
  readonly onEnd?: (ended: EndedRequest) => void;
}

const contexts = new WeakMap<Request, RequestContext>();
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

export function contextOf(request: Request): RequestContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('the request has no context');
  return context;
}

/** Whose sandboxes the caller may know of. */
export function reachOf(request: Request): TenantReach {
  const { reach } = contextOf(request);
  if (reach === undefined) throw new Error('it is not known who is calling');
  return reach;
}

/** Gives every request an id, which is the caller's own if it is well formed, and logs and tells how it ended. */
export function requestContext({ logger, addressOf, onEnd }: RequestContextOptions): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const gone = new AbortController();
    const context: RequestContext = {
      requestId: requestIdOf(request.headers),
      clientAddress: addressOf(request),
      signal: gone.signal,
      revoke(why) {
        if (gone.signal.aborted || response.writableEnded) return false;
        context.revoked = why;
        gone.abort();
        return true;
      },
    };
    contexts.set(request, context);
    response.setHeader('X-Request-ID', context.requestId);
    response.on('close', () => {
      if (!response.writableFinished) gone.abort();
      const durationMs = performance.now() - started;
      onEnd?.({
        operation: context.operation ?? 'none',
        status: response.statusCode,
        seconds: durationMs / 1000,
      });
      logger.info('request', {
        request_id: context.requestId,
        method: request.method,
        path: request.originalUrl.split('?')[0],
        status: response.statusCode,
        duration_ms: Math.round(durationMs),
        principal: context.principal?.id,
        ...(context.tenant === undefined ? {} : { tenant_id: context.tenant }),
        source_address: context.clientAddress,
        ...(response.writableFinished ? {} : { aborted: true }),
      });
    });
    next();
  };
}

function requestIdOf(headers: IncomingHttpHeaders): string {
  const presented = headers['x-request-id'];
  return typeof presented === 'string' && REQUEST_ID.test(presented) ? presented : randomUUID();
}
