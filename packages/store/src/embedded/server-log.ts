import type { StoreLogger } from '../logger.js';

const MAX_LINE_LENGTH = 1_000;
const KEPT_PROBLEMS = 5;

/** Turns what the server writes to its standard error into log lines of the host. */
export interface ServerLog {
  write(chunk: string): void;
  /** While the server is meant to go down its complaints about that are no news. */
  expectShutdown(): void;
  /** The newest complaints of the current process, oldest first. */
  problems(): string;
  portTaken(): boolean;
}

export function createServerLog(logger: StoreLogger): ServerLog {
  let pending = '';
  let shutdownExpected = false;
  let portTaken = false;
  const problems: string[] = [];

  const take = (line: string): void => {
    const [, severity, text = line] = /^([A-Z]+[0-9]?): {2}(.*)$/s.exec(line) ?? [];
    portTaken ||= /could not bind .*Address already in use/.test(text);
    const serious = severity === undefined || severity === 'FATAL' || severity === 'PANIC';
    if (serious) {
      problems.push(text);
      problems.splice(0, problems.length - KEPT_PROBLEMS);
    }
    if ((serious || severity === 'WARNING') && !shutdownExpected) {
      logger.warn('embedded Postgres', { severity: severity ?? 'OUTPUT', text });
    } else {
      logger.debug('embedded Postgres', { severity: severity ?? 'OUTPUT', text });
    }
  };

  return {
    write(chunk) {
      pending += chunk;
      const lines = pending.split('\n');
      pending = (lines.pop() ?? '').slice(0, MAX_LINE_LENGTH);
      for (const line of lines) {
        if (line.trim() !== '') {
          take(line.slice(0, MAX_LINE_LENGTH));
        }
      }
    },
    expectShutdown() {
      shutdownExpected = true;
    },
    problems: () => problems.join('; '),
    portTaken: () => portTaken,
  };
}
