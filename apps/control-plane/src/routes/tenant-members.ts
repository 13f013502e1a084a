import type { components } from '@stacyvm/api';
import type { MemberRole, Store, TenantMemberRecord, TenantStore } from '@stacyvm/store';
import type { Request } from 'express';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import { memberIdOf, tenantNotFound } from '../callers/tenant-of-request.js';
import { notFound, type RequestError } from '../http-errors.js';
import { contextOf } from '../request-context.js';
import { type Handlers, nextPage, pageOf, pathParameter } from './handler.js';
import { found } from './tenants.js';

type Schemas = components['schemas'];

export type TenantMemberOperation =
  | 'listTenantMembers'
  | 'getTenantMember'
  | 'setTenantMember'
  | 'removeTenantMember';

/** The guard of the contract has let in only those who may manage the tenant of the path. */
export function tenantMemberHandlers(
  { store }: { readonly store: Pick<Store, 'forTenant'> },
  audited: AuditedHandler,
): Handlers<TenantMemberOperation> {
  return {
    listTenantMembers: audited('listTenantMembers', async (request) => {
      const tenant = await tenantOfPath(request, store);
      const { role } = request.query;
      const page = await tenant.members.list({
        ...pageOf(request),
        ...(role === undefined ? {} : { role: role as MemberRole }),
      });
      return { body: { members: page.items.map(memberJson) }, headers: nextPage(page) };
    }),

    getTenantMember: audited('getTenantMember', async (request) => {
      const tenant = await tenantOfPath(request, store);
      const member = await tenant.members.get(userOf(request));
      if (member === undefined) throw memberNotFound();
      return { body: { member: memberJson(member) }, resource: resourceOf(request) };
    }),

    setTenantMember: audited('setTenantMember', async (request) => {
      const tenant = await tenantOfPath(request, store);
      const { role } = request.body as Schemas['SetTenantMember'];
      const before = await tenant.members.get(userOf(request));
      const member = await found(tenant.members.set(userOf(request), role, keepingAdmin(request)));
      return {
        body: { member: memberJson(member) },
        resource: resourceOf(request),
        detail: { role, ...(before === undefined ? {} : { role_before: before.role }) },
      };
    }),

    removeTenantMember: audited('removeTenantMember', async (request) => {
      const tenant = await tenantOfPath(request, store);
      if ((await tenant.members.get(userOf(request))) === undefined) throw memberNotFound();
      const { role } = await tenant.members.remove(userOf(request), keepingAdmin(request));
      return { status: 204, resource: resourceOf(request), detail: { role } };
    }),
  };
}

/** What belongs to the tenant that the path names, and nothing else. @throws RequestError `tenant_not_found` */
export async function tenantOfPath(request: Request, store: Pick<Store, 'forTenant'>): Promise<TenantStore> {
  const tenant = store.forTenant(pathParameter(request, 'tenant_id'));
  if ((await tenant.tenant()) === undefined) throw tenantNotFound();
  return tenant;
}

function userOf(request: Request): string {
  return memberIdOf(pathParameter(request, 'user_id'));
}

function resourceOf(request: Request): string {
  return `tenant:${pathParameter(request, 'tenant_id')}/member:${userOf(request)}`;
}

/** Whoever manages its own tenant must not lock everybody out of it; administrators of the platform can help. */
function keepingAdmin(request: Request): { readonly keepAdmin: boolean } {
  return { keepAdmin: contextOf(request).bound === true };
}

function memberNotFound(): RequestError {
  return notFound('member_not_found', 'member not found');
}

function memberJson(member: TenantMemberRecord): Schemas['TenantMember'] {
  return {
    tenant_id: member.tenantId,
    user_id: member.userId,
    role: member.role,
    created_at: member.createdAt.toISOString(),
    updated_at: member.updatedAt.toISOString(),
  };
}
