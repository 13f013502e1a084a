import type { OidcOptions } from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';

/** What `auth.oidc_*` means to the verification of bearer tokens. A text that is empty is none. */
export function oidcOptions(settings: Settings): OidcOptions {
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
