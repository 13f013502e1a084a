import { AuthError } from '@stacyvm/auth';
import type { Logger } from '@stacyvm/logging';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { type AnswerCheck, checkAnswers } from './answer-check.js';
import type { AdminAudit } from './audit/admin-audit.js';
import { announceOperations, auditedHandlers, auditRefusals } from './audit/audited-handlers.js';
import type { Auditing } from './audit/open-audit.js';
import { policyDecisions } from './audit/policy-decisions.js';
import { type AdmitCallersOptions, admitCallers, admitTenants } from './callers/admit-callers.js';
import { challengesOf } from './callers/challenges.js';
import type { ClientAddresses } from './callers/client-address.js';
import type { CrossOrigin } from './callers/cross-origin.js';
import { requireLocalCaller } from './callers/local-callers.js';
import type { OpenCalls } from './callers/open-calls.js';
import { secureHeaders } from './callers/secure-headers.js';
import type { TenantDirectory } from './callers/tenant-directory.js';
import { chooseTenant } from './callers/tenant-of-request.js';
import {
  API_BASE,
  allowedMethods,
  answerHead,
  guardOperations,
  nameOperations,
  requestDocument,
  routeOperations,
} from './contract.js';
import type { DiagnosticsState } from './diagnostics/diagnostics.js';
import { formBody } from './form-body.js';
import type { HeldAnswers } from './held-answers.js';
import { headersOf, problemOf } from './http-errors.js';
import { jsonBody } from './json-body.js';
import type { Metrics } from './metrics/metrics.js';
import { contextOf, requestContext } from './request-context.js';
import { adminWorkerHandlers } from './routes/admin-workers.js';
import { type ApiKeysState, apiKeyHandlers } from './routes/api-keys.js';
import { auditHandlers } from './routes/audit.js';
import { type AuthState, authHandlers } from './routes/auth.js';
import { type BackChannelLogoutState, backChannelLogoutHandlers } from './routes/backchannel-logout.js';
import { diagnosticsHandlers } from './routes/diagnostics.js';
import { type EventsState, eventHandlers } from './routes/events.js';
import { execHandlers } from './routes/exec.js';
import { fileHandlers } from './routes/files.js';
import { type JoinTokensState, joinTokenHandlers } from './routes/join-tokens.js';
import { metricsHandlers } from './routes/metrics.js';
import { type PoliciesState, policyHandlers } from './routes/policies.js';
import { type QuotasState, quotaHandlers } from './routes/quotas.js';
import { sandboxHandlers } from './routes/sandboxes.js';
import { type SystemState, systemHandlers } from './routes/system.js';
import { tenantMemberHandlers } from './routes/tenant-members.js';
import { tenantPolicyHandlers } from './routes/tenant-policies.js';
import { tenantHandlers } from './routes/tenants.js';
import { type WorkerCredentialsState, workerCredentialHandlers } from './routes/worker-credentials.js';
import { type WorkerRevocationsState, workerRevocationHandlers } from './routes/worker-revocations.js';
import { type WorkerTokensState, workerTokenHandlers } from './routes/worker-tokens.js';
import { workerHandlers } from './routes/workers.js';

export type AppOptions = SystemState &
  WorkerTokensState &
  WorkerRevocationsState &
  JoinTokensState &
  WorkerCredentialsState &
  DiagnosticsState &
  PoliciesState &
  QuotasState &
  ApiKeysState &
  AuthState &
  BackChannelLogoutState &
  EventsState &
  AdmitCallersOptions & {
    readonly clientAddresses: Pick<ClientAddresses, 'of'>;
    readonly crossOrigin: Pick<CrossOrigin, 'handler'>;
    readonly tenantDirectory: TenantDirectory;
    readonly openCalls: Pick<OpenCalls, 'watch'>;
    readonly audit: AdminAudit;
    readonly auditing: Pick<Auditing, 'signingKey' | 'signEnd' | 'sinks'>;
    readonly metrics: Metrics;
    readonly heldAnswers: Pick<HeldAnswers, 'reserveFor'>;
    readonly answerCheck?: AnswerCheck | undefined;
  };

const PROBES = ['/health', '/live', '/ready'];

/**
 * The HTTP API. A request passes: its id, from which page it comes, who is calling, how often, for which tenant, the scope
 * of the operation, the body, the contract, the handler.
 */
export function createApp(options: AppOptions): Express {
  const { orchestrator, logger } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('json escape', true);
  // A path in another case would pass the contract by.
  app.enable('case sensitive routing');
  // What the error handler does not answer is answered by Express, with a stack trace unless it is told otherwise.
  app.set('env', 'production');
  app.use(answerHead(), secureHeaders());
  const addressOf = options.clientAddresses.of;
  app.use(requestContext({ logger, addressOf, onEnd: options.metrics.request }));
  if (options.answerCheck !== undefined) app.use(checkAnswers(options.answerCheck));
  app.use(probeAliases);
  nameOperations(app);
  app.use((request, response, next) => {
    if (options.callers.enforced) next();
    else requireLocalCaller(request, response, next);
  });
  app.use(options.crossOrigin.handler);
  app.use(admitCallers(options));
  app.use(chooseTenant(options.tenantDirectory));
  app.use(admitTenants(options));
  guardOperations(app);
  app.use(options.openCalls.watch);
  app.use(...jsonBody(), formBody());
  app.use(
    OpenApiValidator.middleware({
      apiSpec: requestDocument() as Parameters<typeof OpenApiValidator.middleware>[0]['apiSpec'],
      validateApiSpec: false,
      validateSecurity: false,
      // One violation is enough: a list of them would be as long as a body can make it.
      validateRequests: { coerceTypes: false, allErrors: false },
      validateResponses: false,
      useRequestUrl: true,
      ignorePaths: (path: string) => !path.startsWith(`${API_BASE}/`),
    }),
  );
  app.use(announceOperations(options.audit));
  const audited = auditedHandlers(options.audit);
  routeOperations(app, {
    ...sandboxHandlers(orchestrator, logger, policyDecisions(options.audit), options.heldAnswers),
    ...execHandlers(orchestrator, logger, options.heldAnswers),
    ...fileHandlers(orchestrator, options.heldAnswers),
    ...workerHandlers(orchestrator.fleet),
    ...adminWorkerHandlers(orchestrator.fleet, options.clock, audited),
    ...workerTokenHandlers(options, audited),
    ...workerRevocationHandlers(options, audited),
    ...joinTokenHandlers(options, audited),
    ...workerCredentialHandlers(options, audited),
    ...apiKeyHandlers(options, audited),
    ...authHandlers(options, audited),
    ...backChannelLogoutHandlers(options, audited),
    ...policyHandlers(options, audited),
    ...tenantPolicyHandlers(options, audited),
    ...auditHandlers(options, audited),
    ...tenantHandlers(options, audited),
    ...tenantMemberHandlers(options, audited),
    ...quotaHandlers(options, audited),
    ...metricsHandlers(options.metrics),
    ...diagnosticsHandlers(options, audited),
    ...eventHandlers(options),
    ...systemHandlers(options),
  });
  app.use((_request, _response, next) => next({ status: 404 }));
  app.use(auditRefusals(options.audit));
  app.use(errorHandler(logger, options.metrics, () => options.settings.current()['auth.oidc_enabled']));
  return app;
}

/** Probes are often set up without a base path. */
const probeAliases: RequestHandler = (request, _response, next) => {
  if (PROBES.includes(request.path)) request.url = `${API_BASE}${request.url}`;
  next();
};

function errorHandler(
  logger: Logger,
  metrics: Pick<Metrics, 'limitReached'>,
  acceptsBearerTokens: () => boolean,
): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error);
    const { requestId, signal } = contextOf(request);
    if (error instanceof AuthError && error.detail !== undefined)
      logger.warn('credential refused', {
        request_id: requestId,
        reason: problem.reason,
        detail: error.detail,
      });
    if (problem.status === 429) metrics.limitReached(problem.reason);
    if (problem.status >= 500 && !signal.aborted)
      logger.error('request failed', { request_id: requestId, reason: problem.reason, error });
    if (response.headersSent) {
      // What is ended has said why itself.
      if (!response.writableEnded) response.destroy();
      return;
    }
    const allow = (error as { headers?: { Allow?: string } }).headers?.Allow;
    if (problem.status === 405 && allow !== undefined) response.setHeader('Allow', allowedMethods(allow));
    response.set(headersOf(error));
    const { status, code, message, reason } = problem;
    if (status === 401) response.set('WWW-Authenticate', [...challengesOf(request, acceptsBearerTokens())]);
    response.status(status).json({ code, message, reason, request_id: requestId });
  };
}
