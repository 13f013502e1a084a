export { type ApiKeyAuthenticator, type ApiKeyOptions, createApiKeyAuthenticator } from './api-keys.js';
export {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type PresentedCredential,
} from './authenticator.js';
export { AUTH_ERROR_CODES, AuthError, type AuthErrorCode, httpStatusOf } from './errors.js';
export { createFailedLogins, type FailedLogins, type LoginAttempt } from './failed-logins/failed-logins.js';
export type { BearerIdentity, BearerRevocationCheck } from './oidc/bearer-revocation.js';
export type { OidcLogger } from './oidc/logger.js';
export type { LogoutToken } from './oidc/logout-token.js';
export type { OidcOptions } from './oidc/oidc-options.js';
export { type OidcSettings, oidcOptionsOf } from './oidc/oidc-settings.js';
export { createOidcVerifier, type OidcVerifier } from './oidc/oidc-verifier.js';
export type { DefaultRole } from './oidc/role-mapping.js';
export { isPlaceholderKey } from './placeholder-key.js';
export { type CredentialTrace, traceCredentials } from './presented-credential.js';
export { type Principal, ROLE_SCOPES, type Role, requireScope, type Scope } from './principal.js';
export type { Recheck } from './recheck.js';
export type { RequestHeaders } from './request-headers.js';
export {
  looksLikeApiKey,
  type MintedApiKey,
  mintApiKey,
  type ParsedApiKey,
  parseApiKey,
} from './stored-keys/api-key-text.js';
export {
  type KeyStore,
  PLATFORM_KEY_ROLES,
  type PlatformKeyRole,
  type StoredApiKey,
  TENANT_KEY_ROLES,
  type TenantKeyRole,
} from './stored-keys/key-store.js';
export type { CredentialCheck, CredentialCheckName, CredentialExplanation } from './trail.js';
