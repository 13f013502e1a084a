import type { RpcLogger } from '../../src/index.js';

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly message: string;
}

export interface RecordedLogs {
  readonly lines: LogLine[];
  readonly logger: RpcLogger;
  /** Warnings and errors. */
  problems(): readonly LogLine[];
}

export function recordLogs(): RecordedLogs {
  const lines: LogLine[] = [];
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push({ ...fields, level, message });
  return {
    lines,
    logger: { debug: at('debug'), warn: at('warn'), error: at('error') },
    problems: () => lines.filter(({ level }) => level !== 'debug'),
  };
}
