/** What this package needs of the host's logger. Fields never hold a credential. */
export interface RpcLogger {
  debug(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export const silentLogger: RpcLogger = { debug() {}, warn() {}, error() {} };
