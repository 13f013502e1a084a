/** What the store needs of the host's logger. */
export interface StoreLogger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export const silentLogger: StoreLogger = { debug() {}, info() {}, warn() {} };
