import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { problemOf } from '../http-errors.js';
import { contextOf } from '../request-context.js';
import { handle } from '../routes/handler.js';
import { type AdminAudit, type Requester, UNKNOWN_ACTOR } from './admin-audit.js';
import { AUDITED_OPERATIONS, type AuditedOperationId, auditedOperation } from './audited-operations.js';

/** What is answered, and what the audit says of it. Nothing of `detail` is secret. */
export interface AuditedAnswer {
  readonly status?: 200 | 201 | 204;
  /** Without one there is nothing to say. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly resource?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Makes a handler of an operation: it works, then records, and only then answers. */
export type AuditedHandler = (
  operation: AuditedOperationId,
  work: (request: Request, requester: Requester) => Promise<AuditedAnswer>,
) => RequestHandler;

export function auditedHandlers(audit: AdminAudit): AuditedHandler {
  return (operation, work) =>
    handle(async (request, response) => {
      const requester = requesterOf(request);
      const answer = await work(request, requester);
      await audit.succeeded(requester, {
        action: AUDITED_OPERATIONS[operation].action,
        resource: answer.resource ?? resourceOf(request),
        ...(answer.detail === undefined ? {} : { detail: answer.detail }),
      });
      response.status(answer.status ?? 200).set(answer.headers ?? {});
      if (answer.body === undefined) response.end();
      else response.json(answer.body);
    });
}

/** Records the refusals and failures of audited operations, whatever refused, on their way to the caller. */
export function auditRefusals(audit: AdminAudit): ErrorRequestHandler {
  return (error: unknown, request, _response, next) => {
    const operation = auditedOperation(contextOf(request).operation);
    if (operation === undefined) {
      next(error);
      return;
    }
    const { status, reason } = problemOf(error);
    const outcome = DENIALS.has(status) ? 'denied' : 'failure';
    const refusal = { action: operation.action, resource: resourceOf(request), outcome, reason } as const;
    void audit.refused(requesterOf(request), refusal).then(() => next(error));
  };
}

const DENIALS: ReadonlySet<number> = new Set([401, 403, 429]);

export function requesterOf(request: Request): Requester {
  const { principal, requestId, clientAddress } = contextOf(request);
  return { actor: principal ?? UNKNOWN_ACTOR, requestId, sourceAddress: clientAddress };
}

/** As far as the request tells: the thing in its path, else the worker in its query or body. */
function resourceOf(request: Request): string {
  const { operation, pathId, pathTenant } = contextOf(request);
  if (pathId !== undefined) return `${auditedOperation(operation)?.kind}:${pathId}`;
  if (pathTenant !== undefined) return `tenant:${pathTenant}`;
  const body = request.body as { readonly worker_id?: unknown } | undefined;
  const workerId = request.query['worker_id'] ?? body?.worker_id;
  return typeof workerId === 'string' ? `worker:${workerId}` : '';
}
