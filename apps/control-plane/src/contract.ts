import { listOperations, type Operation, type OperationId, openApiDocument } from '@stacyvm/api';
import { AuthError, requireScope } from '@stacyvm/auth';
import type { Express, Request, RequestHandler, Response } from 'express';
import { tenantNotFound } from './callers/tenant-of-request.js';
import { forbidden } from './http-errors.js';
import { contextOf, type RequestContext } from './request-context.js';

/** Where the contract's paths begin. */
export const API_BASE = '/api/v1';

/** The operations that the control plane serves itself. */
export type ServedOperation = Exclude<
  OperationId,
  'workerHeartbeat' | 'renewWorkerLease' | 'enrolWorker' | 'issueOwnWorkerToken'
>;

const UPLOADS: ReadonlySet<string | undefined> = new Set<OperationId>(['uploadFile']);

/** Whether the body of a request is content, which its handler reads as it comes. */
export function isUpload(request: Request): boolean {
  return UPLOADS.has(contextOf(request).operation);
}

const FORMS: ReadonlySet<string | undefined> = new Set<OperationId>(['backChannelLogout']);

/** Whether the body of a request is a form. */
export function isForm(request: Request): boolean {
  return FORMS.has(contextOf(request).operation);
}

interface ContractDocument {
  readonly paths: Record<string, Record<string, { responses?: unknown }>>;
  readonly components: Record<string, Record<string, unknown>>;
}

/** What the contract says of the requests that the control plane serves: a third of it, as the validator goes over all of what it is given for every operation. */
export function requestDocument(): Record<string, unknown> {
  const document = structuredClone(openApiDocument) as unknown as ContractDocument;
  for (const { path, method, servedBy } of listOperations()) {
    const item = document.paths[path] ?? {};
    if (servedBy === 'control-plane') item[method] = { ...item[method], responses: {} };
    else delete item[method];
  }
  const references = referencesFrom(document);
  for (const [kind, components] of Object.entries(document.components)) {
    // Those are referred to by their names.
    if (kind === 'securitySchemes') continue;
    for (const name of Object.keys(components))
      if (!references.has(`#/components/${kind}/${name}`)) delete components[name];
  }
  return { ...document };
}

/** Every `$ref` that the paths of a document lead to. */
function referencesFrom({ paths, components }: ContractDocument): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { $ref: reference } = node as { $ref?: unknown };
    if (typeof reference === 'string' && !found.has(reference)) {
      found.add(reference);
      const [kind = '', name = ''] = reference.slice('#/components/'.length).split('/');
      visit(components[kind]?.[name]);
    }
    Object.values(node).forEach(visit);
  };
  visit(paths);
  return found;
}

/**
 * Lets HEAD be what GET is, without the content (RFC 9110, section 9.3.2): the same credential, scope, limits and audit, for
 * every operation that can be read. Comes before everything that looks at the method; node:http itself leaves the content
 * out, as it knows what was asked for. The log still tells of HEAD.
 */
export function answerHead(): RequestHandler {
  return (request, response, next) => {
    if (request.method === 'HEAD') {
      request.method = 'GET';
      response.on('close', () => {
        request.method = 'HEAD';
      });
      endEventsWithHeaders(response);
    }
    next();
  };
}

/** A stream of events has no end, so the caller would wait for the next answer on its connection. */
function endEventsWithHeaders(response: Response): void {
  const flushHeaders = response.flushHeaders.bind(response);
  response.flushHeaders = () => {
    const isEndless = response.get('Content-Type')?.startsWith('text/event-stream') ?? false;
    if (isEndless) response.set('Connection', 'close');
    flushHeaders();
    if (isEndless) response.socket?.destroySoon();
  };
}

/** The methods that a path has, for `Allow`: what can be read answers HEAD as well. */
export function allowedMethods(ofContract: string): string {
  const methods = ofContract.split(/, */);
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
}

/** Tells which operation of the contract a request is, whether it will be let in or not. */
export function nameOperations(app: Express): void {
  for (const operation of served()) {
    app[operation.method](expressPath(operation), (request, _response, next) => {
      const context = contextOf(request);
      // The first is the one that will answer: a fixed path comes before one with a parameter.
      if (context.operation !== undefined) {
        next();
        return;
      }
      context.operation = operation.id;
      const { id, tenant_id: tenantId } = request.params;
      if (id !== undefined) context.pathId = String(id);
      if (tenantId !== undefined) context.pathTenant = String(tenantId);
      next();
    });
  }
}

/**
 * Before anything else is looked at, the caller must carry the scope of the operation. What is about one tenant is open to
 * those who act for it and to administrators; what shows the platform is closed to those who belong to a tenant.
 */
export function guardOperations(app: Express): void {
  for (const operation of served()) {
    app[operation.method](expressPath(operation), guard(operation));
  }
}

/** Every operation of the contract has a handler: the type of `handlers` demands it. */
export function routeOperations(
  app: Express,
  handlers: Readonly<Record<ServedOperation, RequestHandler>>,
): void {
  for (const operation of served()) {
    app[operation.method](expressPath(operation), handlers[operation.id as ServedOperation]);
  }
}

/** Every request asks, so that the contract is not read for each. */
const PUBLIC_ROUTES: ReadonlySet<string> = new Set(
  served()
    .filter(({ scope }) => scope === 'public')
    .map(({ method, path }) => `${method} ${API_BASE}${path}`),
);

/** True for requests that anybody may make. */
export function isPublicPath(method: string, path: string): boolean {
  return PUBLIC_ROUTES.has(`${method.toLowerCase()} ${path}`);
}

function served(): readonly Operation[] {
  return listOperations().filter(({ servedBy }) => servedBy === 'control-plane');
}

function expressPath({ path }: Operation): string {
  return `${API_BASE}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

function guard(operation: Operation): RequestHandler {
  return (request, _response, next) => {
    requireAdmission(operation, contextOf(request));
    next();
  };
}

/**
 * Whether somebody may ask for an operation.
 *
 * @throws AuthError `api_key_missing`, `missing_scope`; RequestError `tenant_not_found`, `platform_only`
 */
export function requireAdmission(
  { scope, platformOnly }: Operation,
  {
    principal,
    tenant,
    pathTenant,
    bound,
  }: Pick<RequestContext, 'principal' | 'tenant' | 'pathTenant' | 'bound'>,
): void {
  if (scope === 'public') return;
  if (principal === undefined) throw new AuthError('api_key_missing', 'invalid or missing API key');
  requireScope(principal, scope);
  const isAdmin = principal.scopes.includes('admin:*');
  if (pathTenant !== undefined && pathTenant !== tenant && !isAdmin) throw tenantNotFound();
  if (platformOnly && bound) {
    throw forbidden(
      'platform_only',
      'it tells of the whole fleet, which is not for those who belong to a tenant',
    );
  }
}

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  served().map((operation) => [operation.id, operation]),
);

/** The operation of that name; undefined where the contract has none that is served here. */
export function servedOperation(id: string | undefined): Operation | undefined {
  return id === undefined ? undefined : OPERATIONS.get(id);
}
