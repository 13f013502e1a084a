import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Settings } from '@stacyvm/config';
import type { RequestHandler } from 'express';
import { RequestError } from '../http-errors.js';
import type { ReloadedPart } from '../settings-reload.js';

/** Which pages may call from a browser (`server.cors_allowed_origins`). */
export interface CrossOrigin extends ReloadedPart {
  /**
   * Comes before it is asked who is calling. Answers preflights, and refuses what the page of another origin asks for
   * before it has an effect: 403 `origin_not_allowed`. Requests without `Origin` are none of a page's business.
   */
  readonly handler: RequestHandler;
}

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'X-API-Key',
  'X-Admin-API-Key',
  'X-Request-ID',
  'X-Tenant-ID',
  'X-User-ID',
].join(', ');
/** What the scripts of a page may read beside the body. */
const EXPOSED_HEADERS = [
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'X-File-Mode',
  'X-Next-Cursor',
  'X-Policy-Warning',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-Request-ID',
].join(', ');
/** Changed origins are in force for everybody after this time at the latest. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;

const REFUSED = {
  status: 403,
  code: 'FORBIDDEN',
  reason: 'origin_not_allowed',
  message: 'pages of this origin may not call; add it to server.cors_allowed_origins',
} as const;

export function createCrossOrigin(settings: Settings): CrossOrigin {
  let allowed = allowedOrigins(settings);
  return {
    handler(request, response, next) {
      response.vary('Origin');
      const { origin } = request.headers;
      if (origin === undefined) {
        next();
        return;
      }
      const granted = allowed.has('*') ? '*' : allowed.has(origin) ? origin : undefined;
      if (granted === undefined && !isSameOrigin(request, origin)) throw new RequestError(REFUSED);
      if (granted !== undefined) {
        // Never with `Access-Control-Allow-Credentials`: nothing here is proven by what a browser sends by itself.
        response.set({
          'Access-Control-Allow-Origin': granted,
          'Access-Control-Expose-Headers': EXPOSED_HEADERS,
        });
      }
      if (!isPreflight(request)) {
        next();
        return;
      }
      response.set({
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': REQUEST_HEADERS,
        'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_SECONDS),
      });
      response.status(204).end();
    },
    prepare(next) {
      const others = allowedOrigins(next);
      return () => {
        allowed = others;
      };
    },
  };
}

/**
 * Whether the page was served under the host name and port that the request names. Behind a proxy that ends TLS the page
 * is `https` and the request is not; whoever serves `https` under a name owns that name, so this is let pass.
 */
export function isSameOrigin(request: Pick<IncomingMessage, 'headers' | 'socket'>, origin: string): boolean {
  const host = (request.headers.host ?? '').toLowerCase();
  const page = origin.toLowerCase();
  return page === `https://${host}` || (page === `http://${host}` && !(request.socket instanceof TLSSocket));
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function allowedOrigins(settings: Settings): ReadonlySet<string> {
  return new Set(settings['server.cors_allowed_origins']);
}
