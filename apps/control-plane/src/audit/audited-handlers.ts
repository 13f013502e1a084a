import { AuthError, traceCredentials } from '@stacyvm/auth';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { problemOf } from '../http-errors.js';
import { contextOf, type RequestContext } from '../request-context.js';
import { handle } from '../routes/handler.js';
import { type AdminAudit, type Requester, UNKNOWN_ACTOR } from './admin-audit.js';
import { AUDITED_OPERATIONS, type AuditedOperationId, auditedOperation } from './audited-operations.js';
import { sandboxDetail, sandboxOperation } from './sandbox-operations.js';

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

export function auditedHandlers(audit: Pick<AdminAudit, 'succeeded'>): AuditedHandler {
  return (operation, work) =>
    handle(async (request, response) => {
      const requester = requesterOf(request);
      const answer = await work(request, requester);
      const { status = 200 } = answer;
      const said = {
        resource: answer.resource ?? resourceOf(request),
        ...(answer.detail === undefined ? {} : { detail: answer.detail }),
      };
      const { attempt } = contextOf(request);
      if (attempt !== undefined) await attempt.endBeforeAnswer({ outcome: 'success', status, ...said });
      else await audit.succeeded(requester, { action: AUDITED_OPERATIONS[operation].action, ...said });
      response.status(status).set(answer.headers ?? {});
      if (answer.body === undefined) response.end();
      else response.json(answer.body);
    });
}

/** Operations that change nothing, although their method says so. */
const QUESTIONS: ReadonlySet<string | undefined> = new Set(['evaluatePolicies']);
/** Anybody may ask for them, so that nothing is written down before it is known who does; their handlers announce them then. */
const ANNOUNCED_LATER: ReadonlySet<string | undefined> = new Set(['backChannelLogout']);

/**
 * Records what is about to be done, before it is: every change by administrators and to sandboxes, and the reading of
 * files. What becomes of it is recorded when its handler is through, whether its caller still listens or not.
 */
export function announceOperations(audit: Pick<AdminAudit, 'begin'>): RequestHandler {
  return (request, response, next) => {
    const context = contextOf(request);
    const { operation: id } = context;
    const ofSandbox = sandboxOperation(id);
    const isChange = request.method !== 'GET' && !QUESTIONS.has(id) && !ANNOUNCED_LATER.has(id);
    const operation = ofSandbox ?? (isChange ? auditedOperation(id) : undefined);
    if (id === undefined || operation === undefined) {
      next();
      return;
    }
    const announced = audit.begin(requesterOf(request), {
      category: ofSandbox === undefined ? 'admin' : 'operation',
      action: operation.action,
      resource: context.pathId === undefined ? resourceOf(request) : `${operation.kind}:${context.pathId}`,
      ...(ofSandbox === undefined ? {} : { detail: sandboxDetail(id, request) }),
    });
    announced
      .then((attempt) => {
        context.attempt = attempt;
        if (!response.closed) return true;
        void attempt.end({ outcome: 'failure', reason: 'caller_gone' });
        return false;
      })
      .then((isWaitedFor) => {
        if (isWaitedFor) next();
      }, next);
  };
}

/** Records refusals and failures on their way to the caller: all of audited operations, and denials and failed logins of all others. */
export function auditRefusals(audit: Pick<AdminAudit, 'refused'>): ErrorRequestHandler {
  return (error: unknown, request, _response, next) => {
    const { status, reason } = problemOf(error);
    const context = contextOf(request);
    const outcome = DENIALS.has(status) || isHidden(context, reason) ? 'denied' : 'failure';
    const { attempt, operation: id } = context;
    if (attempt !== undefined) {
      void attempt.end({ outcome, reason, status });
      next(error);
      return;
    }
    const operation = auditedOperation(id);
    const isLogin = context.principal === undefined && (outcome === 'denied' || error instanceof AuthError);
    // What cannot be audited was refused for that very reason.
    if ((operation === undefined && outcome !== 'denied' && !isLogin) || reason === 'audit_unavailable') {
      next(error);
      return;
    }
    const requester = requesterOf(request);
    const ofSandbox = sandboxOperation(id);
    const refusal = {
      category: isLogin
        ? 'authentication'
        : operation === undefined
          ? 'operation'
          : (operation.category ?? 'admin'),
      action: (operation ?? ofSandbox)?.action ?? 'api.call',
      resource: resourceOf(request) || (id === undefined ? '' : `operation:${id}`),
      outcome,
      reason,
      status,
      ...(isLogin ? { detail: shownCredentials(request) } : {}),
    } as const;
    void audit.refused(requester, refusal).then(() => next(error));
  };
}

const DENIALS: ReadonlySet<number> = new Set([401, 403, 429]);

/** What is not found because it may be another tenant's. */
const HIDDEN: ReadonlySet<string> = new Set([
  'sandbox_not_found',
  'policy_not_found',
  'api_key_not_found',
  'tenant_not_found',
]);

/**
 * Whether a caller of a tenant names what is none of its business. What another tenant has is denied in the same words as
 * what nobody has, as whoever reads the audit of the caller's tenant must not learn the difference from it either.
 */
function isHidden({ bound, principal, reach }: RequestContext, reason: string): boolean {
  if (!HIDDEN.has(reason) || principal === undefined) return false;
  // Without a reach it was the tenant that was not found.
  return bound === true || (reach === undefined && !principal.scopes.includes('admin:*'));
}

/** What was presented in vain, so that the uses of one credential are found together. */
function shownCredentials({ headers }: Request): Readonly<Record<string, unknown>> {
  const credentials = traceCredentials(headers).map(({ kind, fingerprint, keyPrefix }) => ({
    kind,
    fingerprint,
    ...(keyPrefix === undefined ? {} : { key_prefix: keyPrefix }),
  }));
  return credentials.length === 0 ? {} : { credentials };
}

export function requesterOf(request: Request): Requester {
  const { principal, requestId, clientAddress, tenant, pathTenant } = contextOf(request);
  // Only who may do anything to any tenant acts on the one of the path; others leave no trace with it.
  const administered = principal?.scopes.includes('admin:*') ? pathTenant : undefined;
  return {
    actor: principal ?? UNKNOWN_ACTOR,
    requestId,
    sourceAddress: clientAddress,
    // The header of an administrator must neither hide what it does to one tenant nor show it to another.
    tenant: administered ?? tenant ?? principal?.tenant,
    method: request.method,
    path: request.originalUrl.split('?')[0] ?? '',
    userAgent: request.get('User-Agent'),
  };
}

/** As far as the request tells: the thing in its path, else the worker in its query or body. */
function resourceOf(request: Request): string {
  const { operation, pathId, pathTenant } = contextOf(request);
  if (pathId !== undefined) {
    const kind = (auditedOperation(operation) ?? sandboxOperation(operation))?.kind;
    return kind === undefined ? '' : `${kind}:${pathId}`;
  }
  if (pathTenant !== undefined) return `tenant:${pathTenant}`;
  const body = request.body as { readonly worker_id?: unknown } | undefined;
  const workerId = request.query['worker_id'] ?? body?.worker_id;
  return typeof workerId === 'string' ? `worker:${workerId}` : '';
}
