import type { BearerRevocationCheck } from './bearer-revocation.js';
import type { OidcKeyOptions } from './configured-key-source.js';
import type { RoleMappingOptions } from './role-mapping.js';

/** One issuer whose tokens are accepted. */
export interface OidcOptions extends OidcKeyOptions, RoleMappingOptions {
  /** A token must have it in `aud`. Without one, a token that the issuer made for any application is accepted. */
  readonly audience?: string | undefined;
  /**
   * The client ids of the applications at the issuer whose logouts count: a logout token has one of them in `aud`, and never the
   * identifier of an API. Left out: the audience.
   */
  readonly clientIds?: readonly string[] | undefined;
  /** The claim with the groups; default `groups`. Only this claim counts. */
  readonly groupsClaim?: string | undefined;
  /** The claim with the tenant; default `tenant_id`. */
  readonly tenantClaim?: string | undefined;
  /** The tenants that the issuer may speak for: its tokens must name one of them. Left out: any tenant, or none. */
  readonly tenants?: readonly string[] | undefined;
  /** What is revoked before its time. */
  readonly isRevoked?: BearerRevocationCheck | undefined;
}
