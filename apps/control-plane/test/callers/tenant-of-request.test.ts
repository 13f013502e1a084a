import { type Principal, ROLE_SCOPES, type Role } from '@stacyvm/auth';
import type { MemberRole } from '@stacyvm/store';
import { expect } from 'chai';
import type { TenantDirectory } from '../../src/callers/tenant-directory.js';
import { memberIdOf, type TenantWish, tenantStanding } from '../../src/callers/tenant-of-request.js';
import { RequestError } from '../../src/http-errors.js';

const TENANTS = ['tn-a', 'tn-b', 'tn-c'];

/** What the store would say: who belongs to what. */
function directory(
  members: Readonly<Record<string, Readonly<Record<string, MemberRole>>>> = {},
): TenantDirectory {
  return {
    exists: async (id) => TENANTS.includes(id),
    membershipsOf: async (userId) =>
      Object.entries(members[userId] ?? {}).map(([tenantId, role]) => ({
        tenantId,
        userId,
        role,
        createdAt: new Date(0),
        updatedAt: new Date(0),
      })),
    forget() {},
  };
}

const MEMBERS = directory({
  one: { 'tn-a': 'viewer' },
  two: { 'tn-a': 'operator', 'tn-b': 'admin' },
  'corp:one': { 'tn-c': 'admin' },
});

function caller(kind: string, role: Role, more: Partial<Principal> = {}): Principal {
  const scopes = ROLE_SCOPES[role];
  return { kind: kind as Principal['kind'], id: `${role}:x`, role, scopes, credentialId: 'c', ...more };
}
const user = (sub: string, role: Role = 'viewer', tenant?: string): Principal =>
  caller('oidc', role, { id: `oidc:${sub}`, ...(tenant === undefined ? {} : { tenant }) });

function standing(principal: Principal, header?: string, path?: string) {
  const wish: TenantWish = { header, path };
  return tenantStanding(principal, wish, MEMBERS);
}

describe('tenantStanding', () => {
  const standings: readonly (readonly [
    string,
    Principal,
    string | undefined,
    { readonly tenant?: string; readonly role: Role; readonly reach: string; readonly bound: boolean },
  ])[] = [
    [
      'an administrator',
      caller('api_key', 'admin'),
      undefined,
      { role: 'admin', reach: 'all', bound: false },
    ],
    [
      'nobody, where there is no key',
      caller('local', 'admin'),
      undefined,
      { role: 'admin', reach: 'all', bound: false },
    ],
    [
      'a key of the platform',
      caller('api_key', 'api'),
      undefined,
      { role: 'api', reach: 'untenanted', bound: false },
    ],
    [
      'a key of the platform that chooses',
      caller('api_key', 'api'),
      'tn-b',
      { tenant: 'tn-b', role: 'api', reach: 'tenant', bound: false },
    ],
    [
      'an administrator who chooses',
      caller('api_key', 'admin'),
      'tn-b',
      { tenant: 'tn-b', role: 'admin', reach: 'tenant', bound: false },
    ],
    [
      'an administrator by OIDC who chooses',
      user('root', 'admin'),
      'tn-b',
      { tenant: 'tn-b', role: 'admin', reach: 'tenant', bound: false },
    ],
    [
      'an administrator by OIDC',
      user('two', 'admin'),
      undefined,
      { role: 'admin', reach: 'all', bound: false },
    ],
    [
      'a user without a tenant',
      user('none', 'operator'),
      undefined,
      { role: 'operator', reach: 'untenanted', bound: false },
    ],
    [
      'a key of a tenant',
      caller('tenant_key', 'operator', { tenant: 'tn-a' }),
      undefined,
      { tenant: 'tn-a', role: 'operator', reach: 'tenant', bound: true },
    ],
    [
      'a key of a tenant that names it',
      caller('tenant_key', 'operator', { tenant: 'tn-a' }),
      'tn-a',
      { tenant: 'tn-a', role: 'operator', reach: 'tenant', bound: true },
    ],
    [
      'a user with a claim',
      user('none', 'operator', 'tn-a'),
      undefined,
      { tenant: 'tn-a', role: 'operator', reach: 'tenant', bound: true },
    ],
    [
      'a user with a claim, who is a member: less',
      user('one', 'operator', 'tn-a'),
      undefined,
      { tenant: 'tn-a', role: 'viewer', reach: 'tenant', bound: true },
    ],
    [
      'a user with a claim, who is a member: more',
      user('two', 'viewer', 'tn-b'),
      'tn-b',
      { tenant: 'tn-b', role: 'tenant_admin', reach: 'tenant', bound: true },
    ],
    [
      'an administrator with a claim',
      user('one', 'admin', 'tn-a'),
      undefined,
      { tenant: 'tn-a', role: 'admin', reach: 'tenant', bound: false },
    ],
    [
      'a member of one tenant',
      user('one', 'operator'),
      undefined,
      { tenant: 'tn-a', role: 'viewer', reach: 'tenant', bound: true },
    ],
    [
      'a member of several who chooses',
      user('two', 'viewer'),
      'tn-a',
      { tenant: 'tn-a', role: 'operator', reach: 'tenant', bound: true },
    ],
    [
      'a member by another provider',
      user('corp:one', 'viewer'),
      undefined,
      { tenant: 'tn-c', role: 'tenant_admin', reach: 'tenant', bound: true },
    ],
  ];
  for (const [what, principal, header, expected] of standings) {
    it(`${what}: ${expected.role} in ${expected.tenant ?? 'no tenant'}`, async () => {
      const { principal: effective, tenant, reach, bound } = await standing(principal, header);
      expect({ tenant, role: effective.role, reach: reach.kind, bound }).to.deep.equal({
        tenant: undefined,
        ...expected,
      });
      if (reach.kind === 'tenant') expect(reach.tenantId).to.equal(expected.tenant);
      expect(effective.scopes).to.deep.equal(ROLE_SCOPES[expected.role]);
      expect(effective.id).to.equal(principal.id);
    });
  }

  it('takes the tenant of the path where a member of several names none', async () => {
    const { tenant, principal } = await standing(user('two'), undefined, 'tn-b');
    expect([tenant, principal.role]).to.deep.equal(['tn-b', 'tenant_admin']);
    expect((await standing(caller('api_key', 'admin'), undefined, 'tn-b')).tenant).to.equal(undefined);
  });

  const refusals: readonly (readonly [string, Principal, string | undefined, number, string])[] = [
    [
      'a key of a tenant that names another',
      caller('tenant_key', 'tenant_admin', { tenant: 'tn-a' }),
      'tn-b',
      404,
      'tenant_not_found',
    ],
    [
      'a key of a tenant that is gone',
      caller('tenant_key', 'api', { tenant: 'tn-gone' }),
      undefined,
      403,
      'unknown_tenant',
    ],
    [
      'a claim of a tenant that is not there',
      user('one', 'viewer', 'tn-gone'),
      undefined,
      403,
      'unknown_tenant',
    ],
    ['a claim that can be no tenant', user('one', 'viewer', '../x'), undefined, 403, 'unknown_tenant'],
    [
      'a claim, and another tenant in the header',
      user('two', 'viewer', 'tn-a'),
      'tn-b',
      404,
      'tenant_not_found',
    ],
    [
      'an administrator with a claim who names another',
      user('root', 'admin', 'tn-a'),
      'tn-b',
      404,
      'tenant_not_found',
    ],
    ['a member who names a tenant of others', user('one'), 'tn-b', 404, 'tenant_not_found'],
    ['a member who names a tenant that is not there', user('one'), 'tn-gone', 404, 'tenant_not_found'],
    ['a stranger who names a tenant', user('none', 'operator'), 'tn-a', 404, 'tenant_not_found'],
    ['a member of another provider with the same name', user('corp:two'), 'tn-b', 404, 'tenant_not_found'],
    [
      'a key of the platform that names none that is there',
      caller('api_key', 'api'),
      'tn-gone',
      404,
      'tenant_not_found',
    ],
    [
      'an administrator who names what can be none',
      caller('api_key', 'admin'),
      "' or 1=1",
      404,
      'tenant_not_found',
    ],
    ['a member of several who names none', user('two'), undefined, 400, 'tenant_required'],
  ];
  for (const [what, principal, header, status, reason] of refusals) {
    it(`${what}: ${status} ${reason}`, async () => {
      const failure = await standing(principal, header).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.be.instanceOf(RequestError);
      expect((failure as RequestError).problem).to.include({ status, reason });
    });
  }
});

describe('memberIdOf', () => {
  it('is the id of the principal without what says that it is by OIDC', () => {
    expect(memberIdOf('oidc:ada')).to.equal('ada');
    expect(memberIdOf('oidc:corp:ada')).to.equal('corp:ada');
    expect(memberIdOf('ada')).to.equal('ada');
    expect(memberIdOf('oidc:oidc:ada')).to.equal('oidc:ada');
  });
});
