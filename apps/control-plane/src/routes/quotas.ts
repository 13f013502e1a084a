import type { SetQuota } from '@stacyvm/api';
import { type Orchestrator, OrchestratorError } from '@stacyvm/orchestrator';
import type { QuotaSubject, QuotaSummary } from '@stacyvm/store';
import type { Request } from 'express';
import type { AuditedAnswer, AuditedHandler } from '../audit/audited-handlers.js';
import { badRequest } from '../http-errors.js';
import { quotaJson, quotaLimits, standingJson } from '../quota-wire.js';
import { contextOf } from '../request-context.js';
import { type Handlers, handle, nextPage, pageOf, pathParameter } from './handler.js';

export type QuotaOperation =
  | 'listQuotas'
  | 'summarizeQuotas'
  | 'getQuota'
  | 'setQuota'
  | 'deleteQuota'
  | 'getQuotaUsage'
  | 'listAdminQuotas'
  | 'summarizeAdminQuotas'
  | 'getAdminQuota'
  | 'setAdminQuota'
  | 'deleteAdminQuota'
  | 'getAdminQuotaUsage'
  | 'getTenantQuota'
  | 'setTenantQuota'
  | 'deleteTenantQuota'
  | 'getTenantQuotaUsage';

export interface QuotasState {
  readonly orchestrator: Pick<Orchestrator, 'quotas'>;
}

type Answer = (request: Request) => Promise<AuditedAnswer>;

/** The paths of owners are there twice, below `/quotas` and below `/admin/quotas`, as in the reference. */
export function quotaHandlers(
  { orchestrator: { quotas } }: QuotasState,
  audited: AuditedHandler,
): Handlers<QuotaOperation> {
  const list: Answer = async (request) => {
    const only = ownOwnerId(request);
    if (only !== undefined) {
      const own = await quotas.get(ownerOf(request, only)).catch(noneIfNotFound);
      return { body: own === undefined ? [] : [quotaJson(own)] };
    }
    const page = await quotas.list(tenantOf(request), pageOf(request));
    return { body: page.items.map(quotaJson), headers: nextPage(page) };
  };
  const summarize: Answer = async (request) => {
    const only = ownOwnerId(request);
    if (only === undefined) {
      const summary = await quotas.summary(tenantOf(request));
      return { body: summaryJson(summary) };
    }
    const own = await quotas.get(ownerOf(request, only)).catch(noneIfNotFound);
    return {
      body: summaryJson({
        total: Number(own !== undefined),
        withMaxSandboxes: Number((own?.maxSandboxes ?? 0) > 0),
        withMaxTtl: Number((own?.maxTtlSeconds ?? 0) > 0),
        withMaxExecTimeout: Number((own?.maxExecTimeoutSeconds ?? 0) > 0),
      }),
    };
  };
  const read = (subjectOf: SubjectOf): Answer => {
    return async (request) => ({ body: quotaJson(await quotas.get(subjectOf(request))) });
  };
  const set = (subjectOf: SubjectOf): Answer => {
    return async (request) => {
      const limits = quotaLimits(request.body as SetQuota);
      const body = quotaJson(await quotas.set(subjectOf(request), limits));
      return { body, detail: { ...body } };
    };
  };
  const remove = (subjectOf: SubjectOf): Answer => {
    return async (request) => {
      const removed = await quotas.remove(subjectOf(request));
      return { body: { status: 'deleted' }, detail: { ...quotaJson(removed) } };
    };
  };
  const usage = (subjectOf: SubjectOf): Answer => {
    return async (request) => ({ body: standingJson(await quotas.standing(subjectOf(request))) });
  };

  return {
    listQuotas: plain(list),
    summarizeQuotas: plain(summarize),
    getQuota: plain(read(visibleOwner)),
    setQuota: audited('setQuota', set(namedOwner)),
    deleteQuota: audited('deleteQuota', remove(namedOwner)),
    getQuotaUsage: plain(usage(visibleOwner)),
    listAdminQuotas: audited('listAdminQuotas', list),
    summarizeAdminQuotas: audited('summarizeAdminQuotas', summarize),
    getAdminQuota: audited('getAdminQuota', read(namedOwner)),
    setAdminQuota: audited('setAdminQuota', set(namedOwner)),
    deleteAdminQuota: audited('deleteAdminQuota', remove(namedOwner)),
    getAdminQuotaUsage: audited('getAdminQuotaUsage', usage(namedOwner)),
    getTenantQuota: audited('getTenantQuota', read(namedTenant)),
    setTenantQuota: audited('setTenantQuota', set(namedTenant)),
    deleteTenantQuota: audited('deleteTenantQuota', remove(namedTenant)),
    getTenantQuotaUsage: audited('getTenantQuotaUsage', usage(namedTenant)),
  };
}

type SubjectOf = (request: Request) => QuotaSubject;

function plain(answer: Answer) {
  return handle(async (request, response) => {
    const { body, headers = {} } = await answer(request);
    response.set(headers).json(body);
  });
}

function tenantOf(request: Request): string {
  return contextOf(request).tenant ?? '';
}

function ownerOf(request: Request, ownerId: string): QuotaSubject {
  return { tenantId: tenantOf(request), ownerId };
}

const namedOwner: SubjectOf = (request) => {
  const ownerId = pathParameter(request, 'id');
  if (ownerId === 'summary') throw badRequest('invalid_request', 'id: an owner cannot be named summary');
  return ownerOf(request, ownerId);
};

const namedTenant: SubjectOf = (request) => ({ tenantId: pathParameter(request, 'tenant_id'), ownerId: '' });

/** The quota of somebody else is not there for who may not read it. */
const visibleOwner: SubjectOf = (request) => {
  const subject = namedOwner(request);
  const only = ownOwnerId(request);
  if (only !== undefined && only !== subject.ownerId) {
    throw new OrchestratorError('quota_not_found', `quota not found: owner ${subject.ownerId}`);
  }
  return subject;
};

/** The one owner whose quota the caller may read; undefined when it may read all. A key acts for many owners. */
function ownOwnerId(request: Request): string | undefined {
  const { principal } = contextOf(request);
  if (principal?.kind !== 'oidc' || principal.scopes.includes('operator:*')) return undefined;
  return principal.id;
}

function noneIfNotFound(error: unknown): undefined {
  if (error instanceof OrchestratorError && error.code === 'quota_not_found') return undefined;
  throw error;
}

function summaryJson(counts: QuotaSummary) {
  return {
    total: counts.total,
    with_max_sandboxes: counts.withMaxSandboxes,
    with_max_ttl: counts.withMaxTtl,
    with_max_exec_timeout: counts.withMaxExecTimeout,
  };
}
