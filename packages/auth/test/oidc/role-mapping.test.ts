import { expect } from 'chai';
import { createRoleMapping, type DefaultRole } from '../../src/oidc/role-mapping.js';
import { expectRefusal } from '../auth-error.js';

describe('createRoleMapping', () => {
  const mapping = createRoleMapping({
    adminGroups: ['admins'],
    operatorGroups: ['ops', 'both'],
    viewerGroups: ['staff', 'both'],
  });

  const granted: ReadonlyArray<readonly [readonly string[], string]> = [
    [['admins'], 'admin'],
    [['staff', 'ops', 'admins'], 'admin'],
    [['staff', 'ops'], 'operator'],
    [['both'], 'operator'],
    [['unknown', 'staff'], 'viewer'],
  ];
  for (const [groups, role] of granted) {
    it(`gives ${groups.join(' and ')} the role ${role}`, () => {
      expect(mapping.roleOf(groups)).to.equal(role);
    });
  }

  for (const groups of [[], ['Admins'], ['admins '], ['admin'], ['*'], ['admins,ops']]) {
    it(`gives no role to ${JSON.stringify(groups)}`, () =>
      expectRefusal('no_role', () => mapping.roleOf(groups)));
  }

  for (const defaultRole of ['viewer', 'operator', 'api'] as const) {
    it(`gives ${defaultRole} to the others when that is the default`, () => {
      expect(createRoleMapping({ adminGroups: ['admins'], defaultRole }).roleOf([])).to.equal(defaultRole);
    });
  }

  it('knows when no token can get a role', () => {
    expect(createRoleMapping({}).canGrant).to.equal(false);
    expect(createRoleMapping({ viewerGroups: ['staff'] }).canGrant).to.equal(true);
    expect(createRoleMapping({ defaultRole: 'viewer' }).canGrant).to.equal(true);
  });

  it('refuses admin as the default', () =>
    expectRefusal('oidc_misconfigured', () => createRoleMapping({ defaultRole: 'admin' as DefaultRole })));

  it('refuses an empty name of a group', () =>
    expectRefusal('oidc_misconfigured', () => createRoleMapping({ adminGroups: [' '] })));
});
