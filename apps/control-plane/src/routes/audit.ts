import type { AuditEvent, AuditFilter, Store } from '@stacyvm/store';
import type { Request, RequestHandler, Response } from 'express';
import type { AdminAudit } from '../audit/admin-audit.js';
import { CSV_HEADING, csvRow } from '../audit/audit-csv.js';
import { auditChainJson, auditEventJson, operationAuditJson } from '../audit/audit-wire.js';
import { type AuditedHandler, requesterOf } from '../audit/audited-handlers.js';
import { AUDITED_OPERATIONS, type AuditedOperationId } from '../audit/audited-operations.js';
import { chainExport, recordLine } from '../audit/chain-export.js';
import type { Auditing } from '../audit/open-audit.js';
import { sendLines } from '../audit/send-lines.js';
import { forbidden, notFound } from '../http-errors.js';
import { contextOf } from '../request-context.js';
import { type Handlers, handle, nextPage, pageOf } from './handler.js';
import { tenantOfPath } from './tenant-members.js';

export type AuditOperation =
  | 'listAudit'
  | 'listAuditChains'
  | 'exportAuditChain'
  | 'getAuditKey'
  | 'exportTenantAudit'
  | 'exportTenantAuditChain';

export interface AuditState {
  readonly store: Pick<Store, 'audit' | 'forTenant'>;
  readonly audit: AdminAudit;
  readonly auditing: Pick<Auditing, 'signingKey' | 'signEnd'>;
  readonly clock: () => Date;
}

/** The most that one page has, as in the reference. */
const PAGE_LIMIT = 500;

export function auditHandlers(
  { store, audit, auditing, clock }: AuditState,
  audited: AuditedHandler,
): Handlers<AuditOperation> {
  /** Everything that matches, page by page. */
  async function* matches(filter: AuditFilter, text: (event: AuditEvent) => string): AsyncGenerator<string> {
    let after: string | undefined;
    do {
      const page = await store.audit.list({
        ...filter,
        limit: 1000,
        ...(after === undefined ? {} : { after }),
      });
      yield page.items.map(text).join('');
      after = page.nextCursor;
    } while (after !== undefined);
  }

  async function* csv(filter: AuditFilter): AsyncGenerator<string> {
    yield CSV_HEADING;
    yield* matches(filter, csvRow);
  }

  /** Sends a stream, of which the audit knows before its first line. */
  async function send(
    operation: AuditedOperationId,
    request: Request,
    response: Response,
    texts: AsyncIterable<string>,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { action } = AUDITED_OPERATIONS[operation];
    const context = contextOf(request);
    const { pathTenant, signal } = context;
    const resource = pathTenant === undefined ? '' : `tenant:${pathTenant}`;
    await audit.succeeded(requesterOf(request), { action, resource, detail });
    await sendLines(response, texts, signal);
    if (context.revoked !== undefined) throw context.revoked.error;
  }

  /** What is asked for as a page is answered by `page`, everything else while it is read. */
  const listing = (
    operation: 'listAudit' | 'exportTenantAudit',
    wanted: (request: Request) => Promise<AuditFilter>,
    page: RequestHandler,
  ): RequestHandler => {
    const streaming = handle(async (request, response) => {
      const { format } = request.query;
      const filter = await wanted(request);
      const lines = format === 'csv' ? csv(filter) : matches(filter, recordLine);
      const [type, name] =
        format === 'csv' ? ['text/csv; charset=utf-8', 'csv'] : ['application/x-ndjson', 'ndjson'];
      response.set({
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="stacyvm-admin-audit.${name}"`,
        'Cache-Control': 'no-store',
      });
      await send(operation, request, response, lines, { format, ...shownFilter(request) });
    });
    return (request, response, next) => {
      const { format } = request.query;
      (format === 'csv' || format === 'ndjson' ? streaming : page)(request, response, next);
    };
  };

  /** When the last tenant of this id before this one was deleted; undefined when there was none. */
  async function endOfPredecessor(tenant: string): Promise<Date | undefined> {
    const { items } = await store.audit.list({
      tenant,
      action: AUDITED_OPERATIONS.deleteTenant.action,
      resource: `tenant:${tenant}`,
      outcome: 'success',
      limit: 1,
    });
    return items[0]?.at;
  }

  /** Who belongs to a tenant does not read what was done to another one that had its id before. */
  async function sinceItsBeginning(request: Request, tenant: string): Promise<AuditFilter> {
    const filter = filterOf(request, tenant);
    const end = contextOf(request).bound === true ? await endOfPredecessor(tenant) : undefined;
    if (end === undefined) return filter;
    const beginning = new Date(end.getTime() + 1);
    return { ...filter, since: later(filter.since, beginning) };
  }

  /** A chain is whole or proves nothing, so it cannot begin later for some of its readers. */
  async function ownChain(request: Request): Promise<string> {
    const { tenantId } = await tenantOfPath(request, store);
    const isWithheld = contextOf(request).bound === true && (await endOfPredecessor(tenantId)) !== undefined;
    if (isWithheld) {
      throw forbidden(
        'audit_of_predecessor',
        'the chain begins with an earlier tenant of this id; ask an administrator of the platform for it',
      );
    }
    return tenantId;
  }

  const sendChain = (
    operation: 'exportAuditChain' | 'exportTenantAuditChain',
    tenantOf: (request: Request) => Promise<string>,
  ): RequestHandler =>
    handle(async (request, response) => {
      const tenant = await tenantOf(request);
      const { signEnd } = auditing;
      response.set({ 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
      await send(operation, request, response, chainExport({ store, signEnd, clock }, tenant), {
        tenant_id: tenant,
      });
    });

  const queryTenant = (request: Request): string | undefined => textOf(request, 'tenant_id');

  return {
    listAudit: listing(
      'listAudit',
      async (request) => filterOf(request, queryTenant(request)),
      audited('listAudit', async (request) => {
        const page = await store.audit.list({
          ...filterOf(request, queryTenant(request)),
          ...limited(request),
        });
        return {
          body: page.items.map(auditEventJson),
          headers: nextPage(page),
          detail: shownFilter(request),
        };
      }),
    ),

    listAuditChains: audited('listAuditChains', async (request) => {
      const page = await store.audit.heads(pageOf(request));
      return { body: page.items.map(auditChainJson), headers: nextPage(page) };
    }),

    exportAuditChain: sendChain('exportAuditChain', async (request) => queryTenant(request) ?? ''),

    getAuditKey: audited('getAuditKey', async () => {
      const key = auditing.signingKey;
      if (key === undefined) {
        throw notFound('audit_unsigned', 'the audit is not signed; set audit.signing_key_file');
      }
      return { body: { key_id: key.keyId, algorithm: 'Ed25519', public_key: key.publicKeyPem } };
    }),

    exportTenantAudit: listing(
      'exportTenantAudit',
      async (request) => sinceItsBeginning(request, (await tenantOfPath(request, store)).tenantId),
      audited('exportTenantAudit', async (request) => {
        const { tenantId } = await tenantOfPath(request, store);
        const filter = await sinceItsBeginning(request, tenantId);
        const page = await store.audit.list({ ...filter, ...limited(request) });
        const ofAdmins = page.items.filter(({ category }) => category === 'admin');
        const others = page.items.filter(({ category }) => category !== 'admin');
        const body = {
          tenant_id: tenantId,
          admin_audit: ofAdmins.map(auditEventJson),
          op_audit: others.map(operationAuditJson),
          exported_at: clock().toISOString(),
        };
        return { body, headers: nextPage(page), detail: shownFilter(request) };
      }),
    ),

    exportTenantAuditChain: sendChain('exportTenantAuditChain', ownChain),
  };
}

function later(time: Date | undefined, other: Date): Date {
  return time !== undefined && time > other ? time : other;
}

function limited(request: Request): { readonly limit: number } {
  const { limit, ...after } = pageOf(request);
  return { ...after, limit: Math.min(limit, PAGE_LIMIT) };
}

const FILTERS = [
  'actor',
  'action',
  'resource',
  'category',
  'outcome',
  'status',
  'method',
  'path',
  'since',
  'until',
];

function shownFilter(request: Request): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...FILTERS, 'tenant_id'].flatMap((name) =>
      request.query[name] === undefined ? [] : [[name, request.query[name]]],
    ),
  );
}

/** The contract has checked what the query has. */
function filterOf(request: Request, tenant: string | undefined): AuditFilter {
  const status = textOf(request, 'status');
  const since = textOf(request, 'since');
  const until = textOf(request, 'until');
  return Object.fromEntries(
    Object.entries({
      tenant,
      actorId: textOf(request, 'actor'),
      action: textOf(request, 'action'),
      resource: textOf(request, 'resource'),
      category: textOf(request, 'category'),
      outcome: textOf(request, 'outcome'),
      status: status === undefined ? undefined : Number(status),
      method: textOf(request, 'method')?.toUpperCase(),
      pathPart: textOf(request, 'path'),
      since: since === undefined ? undefined : new Date(since),
      until: until === undefined ? undefined : new Date(until),
    } satisfies Record<string, unknown>).filter(([, value]) => value !== undefined),
  ) as AuditFilter;
}

/** Express leaves a query as text; the contract may have made numbers and times of it. */
function textOf(request: Request, name: string): string | undefined {
  const value: unknown = request.query[name];
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
