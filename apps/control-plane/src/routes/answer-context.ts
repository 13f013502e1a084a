import type { ReserveAnswer } from '@stacyvm/worker-rpc';
import type { Request, Response } from 'express';
import type { HeldAnswers } from '../held-answers.js';
import { contextOf, type RequestContext } from '../request-context.js';

/** The context of a call whose answer may be long, with room for it until the response is out. */
export function answerContext(
  request: Request,
  response: Response,
  answers: Pick<HeldAnswers, 'reserveFor'>,
): RequestContext & { readonly reserve: ReserveAnswer } {
  const context = contextOf(request);
  return { ...context, reserve: answers.reserveFor(context.tenant, response) };
}
