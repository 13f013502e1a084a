import type { OidcLogger } from '../../src/oidc/logger.js';

export interface LogEntry {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
}

export interface RecordingLogger extends OidcLogger {
  readonly entries: LogEntry[];
}

export function createRecordingLogger(): RecordingLogger {
  const entries: LogEntry[] = [];
  return {
    entries,
    info: (message, fields) => void entries.push({ level: 'info', message, fields }),
    warn: (message, fields) => void entries.push({ level: 'warn', message, fields }),
  };
}
