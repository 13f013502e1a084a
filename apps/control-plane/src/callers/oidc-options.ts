import type { BearerRevocationCheck, OidcOptions } from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';

/**
 * What `auth.oidc_*` means to the verification of bearer tokens: the one issuer, if it is named, and those of the list. A
 * text that is empty is none.
 */
export function oidcOptions(
  settings: Settings,
  common: Pick<OidcOptions, 'logger' | 'clock' | 'isRevoked'> & { readonly isRevoked: BearerRevocationCheck },
): readonly OidcOptions[] {
  const listed = settings['auth.oidc_issuers'];
  const isNamed = settings['auth.oidc_issuer'] !== '' || listed.length === 0;
  return [...(isNamed ? [theOne(settings)] : []), ...listed].map((issuer) => ({ ...issuer, ...common }));
}

function theOne(settings: Settings): OidcOptions {
  return {
    issuer: settings['auth.oidc_issuer'],
    audience: settings['auth.oidc_audience'] || undefined,
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
