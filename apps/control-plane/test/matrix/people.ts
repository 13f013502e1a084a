import type { CallerRole, KnownCaller, TenantName } from './callers.js';
import type { World } from './world.js';

type Headers = Readonly<Record<string, string>>;
type MemberRole = 'viewer' | 'operator' | 'admin';

const STANDING: Readonly<Record<MemberRole, CallerRole>> = {
  viewer: 'viewer',
  operator: 'operator',
  admin: 'tenant_admin',
};

export const keyHeader = (key: string): Headers => ({ 'X-API-Key': key });
export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });

/** Makes a key of the platform or of a tenant, and shows it. */
export async function makeKey(
  { asAdmin }: Pick<World, 'asAdmin'>,
  role: CallerRole,
  tenant?: TenantName,
): Promise<{ readonly id: string; readonly key: string }> {
  const path = tenant === undefined ? '/admin/api-keys' : `/admin/tenants/${tenant}/api-keys`;
  const { body } = await asAdmin(path, { body: { name: `${role} of ${tenant ?? 'the platform'}`, role } });
  return { id: String(body['id']), key: String(body['key']) };
}

/** Everybody who is somebody: each kind of credential with each role that it can have. */
export async function makePeople(world: World): Promise<readonly KnownCaller[]> {
  const { fixture, provider, asAdminIn } = world;

  async function keyOf(role: CallerRole, tenant?: TenantName): Promise<KnownCaller> {
    const { key } = await makeKey(world, role, tenant);
    const of = tenant === undefined ? {} : ({ tenant, belongs: true } as const);
    return {
      kind: 'known',
      name: `${role} key of ${tenant ?? 'the platform'}`,
      headers: keyHeader(key),
      role,
      ...of,
    };
  }

  /** Without operator's scope a user reads the quota of itself alone. */
  async function ownQuota(role: CallerRole, sub: string, tenant?: TenantName) {
    if (role !== 'viewer') return {};
    const owner = `oidc:${sub}`;
    await asAdminIn(tenant)(`/admin/quotas/${owner}`, { method: 'PUT', body: { max_sandboxes: 1000 } });
    return { owner };
  }

  async function userOf(group: string, role: CallerRole): Promise<KnownCaller> {
    const sub = `platform-${role}`;
    const headers = bearer(provider.token({ sub, groups: [group] }));
    const own = await ownQuota(role, sub);
    const name = `OIDC ${role} of the platform`;
    return { kind: 'known', name, headers, role, byMembership: role !== 'admin', ...own };
  }

  async function memberOf(tenant: TenantName, membership: MemberRole): Promise<KnownCaller> {
    const sub = `${tenant}-${membership}`;
    await world.asAdmin(`/admin/tenants/${tenant}/members/${sub}`, {
      method: 'PUT',
      body: { role: membership },
    });
    const role = STANDING[membership];
    const own = await ownQuota(role, sub, tenant);
    const headers = bearer(provider.token({ sub, groups: ['viewers'] }));
    const name = `OIDC ${membership} by membership of ${tenant}`;
    return { kind: 'known', name, headers, role, tenant, belongs: true, byMembership: true, ...own };
  }

  function claiming(group: string, role: CallerRole, tenant: TenantName): KnownCaller {
    const headers = bearer(provider.token({ sub: `claims-${role}`, groups: [group], tenant_id: tenant }));
    const belongs = role !== 'admin';
    return {
      kind: 'known',
      name: `OIDC ${role} with the claim of ${tenant}`,
      headers,
      role,
      tenant,
      belongs,
    };
  }

  function choosing(key: string, role: CallerRole, tenant: TenantName): KnownCaller {
    const headers = { ...keyHeader(key), 'X-Tenant-ID': tenant };
    return { kind: 'known', name: `configured ${role} key that chooses ${tenant}`, headers, role, tenant };
  }

  return Promise.all([
    { kind: 'known', name: 'configured api key', headers: keyHeader(fixture.apiKey), role: 'api' } as const,
    {
      kind: 'known',
      name: 'configured admin key',
      headers: { 'X-Admin-API-Key': fixture.adminKey },
      role: 'admin',
    } as const,
    keyOf('viewer'),
    keyOf('api'),
    keyOf('operator'),
    keyOf('admin'),
    userOf('viewers', 'viewer'),
    userOf('operators', 'operator'),
    userOf('admins', 'admin'),
    keyOf('viewer', 'tn-a'),
    keyOf('api', 'tn-a'),
    keyOf('operator', 'tn-a'),
    keyOf('tenant_admin', 'tn-a'),
    memberOf('tn-a', 'viewer'),
    memberOf('tn-a', 'operator'),
    memberOf('tn-a', 'admin'),
    claiming('operators', 'operator', 'tn-a'),
    claiming('admins', 'admin', 'tn-a'),
    choosing(fixture.apiKey, 'api', 'tn-a'),
    choosing(fixture.adminKey, 'admin', 'tn-a'),
    keyOf('viewer', 'tn-b'),
    keyOf('tenant_admin', 'tn-b'),
    memberOf('tn-b', 'admin'),
    claiming('operators', 'operator', 'tn-b'),
    choosing(fixture.apiKey, 'api', 'tn-b'),
  ]);
}
