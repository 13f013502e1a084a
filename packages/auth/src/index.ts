export {
  type ApiKeyAuthenticator,
  type ApiKeyOptions,
  createApiKeyAuthenticator,
  type RequestHeaders,
} from './api-keys.js';
export { AuthError, type AuthErrorCode } from './errors.js';
export { type Principal, ROLE_SCOPES, type Role, requireScope, type Scope } from './principal.js';
