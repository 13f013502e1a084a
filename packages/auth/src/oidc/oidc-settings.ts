import type { OidcOptions } from './oidc-options.js';
import type { DefaultRole } from './role-mapping.js';

/** What the configuration says of issuers, under the names that it has there. A text that is empty is none. */
export interface OidcSettings {
  readonly 'auth.oidc_enabled': boolean;
  readonly 'auth.oidc_issuer': string;
  readonly 'auth.oidc_audience': string;
  readonly 'auth.oidc_client_ids': readonly string[];
  readonly 'auth.oidc_jwks_url': string;
  readonly 'auth.oidc_public_key': { reveal(): string } | undefined;
  readonly 'auth.oidc_groups_claim': string;
  readonly 'auth.oidc_tenant_claim': string;
  readonly 'auth.oidc_admin_groups': readonly string[];
  readonly 'auth.oidc_operator_groups': readonly string[];
  readonly 'auth.oidc_viewer_groups': readonly string[];
  readonly 'auth.oidc_default_role': DefaultRole;
  readonly 'auth.oidc_issuers': readonly OidcOptions[];
}

/**
 * The issuers whose tokens are accepted with these settings: none unless `auth.oidc_enabled`, else the one of `auth.oidc_issuer`, if it is
 * named, and those of `auth.oidc_issuers`.
 *
 * @param common to all of them
 */
export function oidcOptionsOf(
  settings: OidcSettings,
  common: Pick<OidcOptions, 'logger' | 'clock' | 'isRevoked'> = {},
): readonly OidcOptions[] {
  if (!settings['auth.oidc_enabled']) return [];
  const listed = settings['auth.oidc_issuers'];
  const isNamed = settings['auth.oidc_issuer'] !== '' || listed.length === 0;
  return [...(isNamed ? [theOne(settings)] : []), ...listed].map((issuer) => ({ ...issuer, ...common }));
}

function theOne(settings: OidcSettings): OidcOptions {
  const clientIds = settings['auth.oidc_client_ids'];
  return {
    issuer: settings['auth.oidc_issuer'],
    audience: settings['auth.oidc_audience'] || undefined,
    clientIds: clientIds.length === 0 ? undefined : clientIds,
    jwksUrl: settings['auth.oidc_jwks_url'] || undefined,
    publicKey: settings['auth.oidc_public_key']?.reveal(),
    groupsClaim: settings['auth.oidc_groups_claim'],
    tenantClaim: settings['auth.oidc_tenant_claim'],
    adminGroups: settings['auth.oidc_admin_groups'],
    operatorGroups: settings['auth.oidc_operator_groups'],
    viewerGroups: settings['auth.oidc_viewer_groups'],
    defaultRole: settings['auth.oidc_default_role'],
  };
}
