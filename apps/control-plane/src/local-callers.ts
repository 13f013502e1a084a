import type { RequestHandler } from 'express';
import { RequestError } from './http-errors.js';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Without API keys whoever reaches the loopback interface is administrator, and a browser on this machine reaches it
 * for every web site it shows. So the request must name this machine, and must not come from a page of another site.
 */
export const requireLocalCaller: RequestHandler = (request, _response, next) => {
  const { host = '', origin } = request.headers;
  const isLocal = LOOPBACK_NAMES.has(host.replace(/:\d+$/, '').toLowerCase());
  if (!isLocal || (origin !== undefined && origin !== `${request.protocol}://${host}`))
    throw new RequestError(FOREIGN);
  next();
};

const FOREIGN = {
  status: 403,
  code: 'FORBIDDEN',
  reason: 'foreign_origin',
  message:
    'without API keys only programs and pages of this machine may call; set auth.api_key_file to serve others',
} as const;
