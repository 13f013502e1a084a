import { type Principal, ROLE_SCOPES, type Role } from '@stacyvm/auth';
import type { TenantReach } from '@stacyvm/orchestrator';
import { isTenantId, type MemberRole } from '@stacyvm/store';
import type { Request, RequestHandler } from 'express';
import { badRequest, forbidden, notFound, type RequestError } from '../http-errors.js';
import { contextOf } from '../request-context.js';
import type { TenantDirectory } from './tenant-directory.js';

/** For whom somebody acts, and as what. */
export interface TenantStanding {
  /** With the role that it has there. */
  readonly principal: Principal;
  /** Undefined: for no tenant. */
  readonly tenant: string | undefined;
  /** Whose sandboxes it may know of. */
  readonly reach: TenantReach;
  /** The credential or a membership binds it to the tenant: it is no caller of the platform. */
  readonly bound: boolean;
}

/** What a request says about tenants. */
export interface TenantWish {
  /** `X-Tenant-ID`. */
  readonly header: string | undefined;
  /** The tenant that the path is about. */
  readonly path: string | undefined;
}

const ROLE_OF_MEMBER: Readonly<Record<MemberRole, Role>> = {
  viewer: 'viewer',
  operator: 'operator',
  admin: 'tenant_admin',
};

/** The prefix of the ids of principals, which the ids of users go without. */
const OIDC_PREFIX = 'oidc:';

/** The id by which a member of a tenant is known: that of the principal without `oidc:`. */
export function memberIdOf(principalId: string): string {
  return principalId.startsWith(OIDC_PREFIX) ? principalId.slice(OIDC_PREFIX.length) : principalId;
}

/**
 * Decides for which tenant a caller acts. The tenant of the credential wins; `X-Tenant-ID` chooses among the memberships
 * of a user, and keys of the platform and administrators choose any tenant that there is. Nothing else opens a tenant.
 *
 * @throws RequestError 404 `tenant_not_found`, 403 `unknown_tenant`, 400 `tenant_required`; StoreError `unavailable`
 */
export async function tenantStanding(
  principal: Principal,
  { header, path }: TenantWish,
  directory: Pick<TenantDirectory, 'exists' | 'membershipsOf'>,
): Promise<TenantStanding> {
  const { tenant } = principal;
  if (tenant !== undefined) {
    if (header !== undefined && header !== tenant) throw tenantNotFound();
    if (!isTenantId(tenant) || !(await directory.exists(tenant))) throw unknownTenant();
    const role = principal.kind === 'oidc' ? await memberRole(principal, tenant, directory) : undefined;
    return inTenant(principal, tenant, role, true);
  }
  const mayChooseAny = principal.kind !== 'oidc' || principal.role === 'admin';
  if (mayChooseAny) {
    if (header === undefined) return inNoTenant(principal);
    if (!isTenantId(header) || !(await directory.exists(header))) throw tenantNotFound();
    return inTenant(principal, header, undefined, false);
  }
  const memberships = await directory.membershipsOf(memberIdOf(principal.id));
  const wished = header ?? path ?? (memberships.length === 1 ? memberships[0]?.tenantId : undefined);
  if (wished === undefined) {
    // Outside of its tenants a member would be outside of their policies and quotas as well.
    if (memberships.length > 0) throw tenantRequired();
    return inNoTenant(principal);
  }
  const membership = memberships.find(({ tenantId }) => tenantId === wished);
  if (membership === undefined) throw tenantNotFound();
  return inTenant(principal, wished, ROLE_OF_MEMBER[membership.role], true);
}

/** Decides by a request, whoever its caller turns out to be, for which tenant it is. @throws as `tenantStanding` */
export function standingOf(
  request: Request,
  principal: Principal,
  directory: TenantDirectory,
): Promise<TenantStanding> {
  return tenantStanding(principal, wishOf(request), directory);
}

/**
 * Decides what somebody is by now for a call that was let in: it goes on for the tenant that it was for, whatever the
 * caller might have to choose among if it came again.
 *
 * @throws as `tenantStanding`
 */
export async function standingStill(
  principal: Principal,
  tenant: string | undefined,
  directory: Pick<TenantDirectory, 'exists' | 'membershipsOf'>,
): Promise<TenantStanding> {
  if (tenant !== undefined) return tenantStanding(principal, { header: tenant, path: undefined }, directory);
  return inNoTenant(principal);
}

/** Tells every request for which tenant it is; comes after it is known who is calling. */
export function chooseTenant(directory: TenantDirectory): RequestHandler {
  return (request, _response, next) => {
    const context = contextOf(request);
    if (context.principal === undefined) {
      next();
      return;
    }
    standingOf(request, context.principal, directory).then((standing) => {
      Object.assign(context, standing);
      next();
    }, next);
  };
}

function wishOf(request: Request): TenantWish {
  const header = request.get('X-Tenant-ID')?.trim();
  return { header: header === '' ? undefined : header, path: contextOf(request).pathTenant };
}

async function memberRole(
  principal: Principal,
  tenant: string,
  directory: Pick<TenantDirectory, 'membershipsOf'>,
): Promise<Role | undefined> {
  const memberships = await directory.membershipsOf(memberIdOf(principal.id));
  const membership = memberships.find(({ tenantId }) => tenantId === tenant);
  return membership === undefined ? undefined : ROLE_OF_MEMBER[membership.role];
}

/** An administrator of the platform stays one. */
function inTenant(
  principal: Principal,
  tenant: string,
  role: Role | undefined,
  bound: boolean,
): TenantStanding {
  const isAdmin = principal.role === 'admin';
  const standing =
    role === undefined || isAdmin ? principal : { ...principal, role, scopes: ROLE_SCOPES[role] };
  return {
    principal: standing,
    tenant,
    reach: { kind: 'tenant', tenantId: tenant },
    bound: bound && !isAdmin,
  };
}

/** Only an administrator sees what belongs to others. */
function inNoTenant(principal: Principal): TenantStanding {
  const kind = principal.role === 'admin' ? 'all' : 'untenanted';
  return { principal, tenant: undefined, reach: { kind }, bound: false };
}

/** The same for a tenant that is not there and for one that is none of the caller's business. */
export function tenantNotFound(): RequestError {
  return notFound('tenant_not_found', 'tenant not found');
}

function unknownTenant(): RequestError {
  return forbidden(
    'unknown_tenant',
    'the tenant of the credential does not exist here; ask an administrator',
  );
}

function tenantRequired(): RequestError {
  return badRequest('tenant_required', 'you belong to several tenants; name one with X-Tenant-ID');
}
