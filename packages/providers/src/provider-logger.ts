/** What a provider needs of its host's logger. */
export interface ProviderLogger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export const SILENT: ProviderLogger = { info: () => {}, warn: () => {} };
