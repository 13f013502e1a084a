import { AuthError } from '../errors.js';
import { settingName } from './setting-name.js';

/** The roles that a token can give. */
export type OidcRole = 'admin' | 'operator' | 'viewer' | 'api';

/** The role of a caller none of whose groups is mapped. */
export const DEFAULT_ROLES = ['none', 'viewer', 'operator', 'api'] as const;
export type DefaultRole = (typeof DEFAULT_ROLES)[number];

export interface RoleMappingOptions {
  readonly adminGroups?: readonly string[] | undefined;
  readonly operatorGroups?: readonly string[] | undefined;
  readonly viewerGroups?: readonly string[] | undefined;
  /** Default `none`: such a caller is refused. */
  readonly defaultRole?: DefaultRole | undefined;
}

export interface RoleMapping {
  /** False when no token can get a role. */
  readonly canGrant: boolean;
  /** @throws AuthError `no_role` */
  roleOf(groups: readonly string[]): OidcRole;
}

/**
 * Maps groups to roles: the first of admin, operator, viewer that one of the groups has. Names are compared exactly.
 *
 * @param issuerName for messages
 * @throws AuthError `oidc_misconfigured`
 */
export function createRoleMapping(options: RoleMappingOptions, issuerName?: string): RoleMapping {
  const { adminGroups = [], operatorGroups = [], viewerGroups = [], defaultRole = 'none' } = options;
  if (!DEFAULT_ROLES.includes(defaultRole)) {
    throw new AuthError(
      'oidc_misconfigured',
      `${settingName(issuerName, 'default_role')} must be one of ${DEFAULT_ROLES.join(', ')}`,
    );
  }
  const mapped = [
    ['admin', new Set(adminGroups)],
    ['operator', new Set(operatorGroups)],
    ['viewer', new Set(viewerGroups)],
  ] as const;
  for (const [role, groups] of mapped) {
    if ([...groups].some((group) => group.trim() === '')) {
      const setting = settingName(issuerName, `${role}_groups`);
      throw new AuthError('oidc_misconfigured', `${setting} must not contain an empty name`);
    }
  }
  return {
    canGrant: defaultRole !== 'none' || mapped.some(([, groups]) => groups.size > 0),
    roleOf(groups) {
      const match = mapped.find(([, members]) => groups.some((group) => members.has(group)));
      if (match !== undefined) return match[0];
      if (defaultRole !== 'none') return defaultRole;
      throw new AuthError('no_role', 'none of your groups has a role here; ask an administrator', {
        detail: `the groups of the token are ${JSON.stringify(groups)}`,
      });
    },
  };
}
