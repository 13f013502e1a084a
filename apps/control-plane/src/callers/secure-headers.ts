import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * What every answer tells browsers and caches. Answers are data and never a page: a browser that is led to one runs, loads
 * and frames nothing of it, and what one caller was answered is kept for nobody else. A handler may say otherwise.
 */
export function secureHeaders(): RequestHandler {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
  });
  return (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    protect(request, response, next);
  };
}
