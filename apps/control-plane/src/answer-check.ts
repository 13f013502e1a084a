import type { RequestHandler } from 'express';
import { contextOf } from './request-context.js';

/**
 * Judges a JSON answer before it is sent; what it throws takes the place of the answer.
 *
 * @param operation of the contract; undefined for a request that is none
 */
export type AnswerCheck = (operation: string | undefined, status: number, body: unknown) => void;

export function checkAnswers(check: AnswerCheck): RequestHandler {
  return (request, response, next) => {
    const send = response.json.bind(response);
    response.json = (body) => {
      check(contextOf(request).operation, response.statusCode, body);
      return send(body);
    };
    next();
  };
}
