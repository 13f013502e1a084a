/** What OIDC needs of the host's logger. Fields never hold a token. */
export interface OidcLogger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export const silentLogger: OidcLogger = { info() {}, warn() {} };
