import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import express, { type Request, type RequestHandler } from 'express';
import { isForm, isUpload } from './contract.js';
import { badRequest, INVALID_BODY, RequestError } from './http-errors.js';
import { repeatsMember } from './json-members.js';

const BODY_LIMIT = '4mb';
const REPEATED = 'invalid request body: an object has two members of the same name; send each once';

/**
 * Reads the body as JSON, whatever its content type says: clients of the reference protocol need not say it. Nothing is
 * guessed: a body without bytes is none, and bytes that are not UTF-8 are refused, as is an object with two members of one name,
 * of which somebody else may have read the other one. An upload is left to its handler, and a form to `formBody`.
 */
export function jsonBody(): readonly RequestHandler[] {
  const parse = express.json({
    limit: BODY_LIMIT,
    type: (request) => hasBody(request) && !isUpload(request as Request) && !isForm(request as Request),
    verify: (_request, _response, bytes) => {
      if (bytes.length === 0 || !isUtf8(bytes)) throw new RequestError(INVALID_BODY);
      if (repeatsMember(bytes.toString('utf8'))) throw badRequest('repeated_field', REPEATED);
    },
  });
  return [assumeJson, parse];
}

const assumeJson: RequestHandler = (request, _response, next) => {
  if (isForm(request)) {
    next();
    return;
  }
  if (isUpload(request)) request.headers['content-type'] = 'application/octet-stream';
  else if (hasBody(request)) request.headers['content-type'] = 'application/json';
  else delete request.headers['content-type'];
  next();
};

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
