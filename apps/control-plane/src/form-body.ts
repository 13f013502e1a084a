import express, { type Request, type RequestHandler } from 'express';
import { isForm } from './contract.js';
import { badRequest } from './http-errors.js';

/** Anybody may send one, so it is small: room for one token. */
const BODY_LIMIT = '32kb';
const FORM = 'application/x-www-form-urlencoded';

/** Reads the body of the operations that take a form. */
export function formBody(): RequestHandler {
  const parse = express.urlencoded({ extended: false, limit: BODY_LIMIT, parameterLimit: 20, type: FORM });
  return (request: Request, response, next) => {
    if (!isForm(request)) next();
    else if (request.is(FORM) === false) next(badRequest('invalid_body', `the body must be a form: ${FORM}`));
    else {
      parse(request, response, (error: unknown) => {
        if (error === undefined) next();
        else next(badRequest('invalid_body', `the body must be a form of at most ${BODY_LIMIT}`));
      });
    }
  };
}
