import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { formatPretty } from '@stacyvm/logging';

export interface LogPrinter {
  /** Prints the lines of one program, marked with its name, until its stream ends. */
  follow(name: string, stream: Readable): void;
  /** From now on also what is less severe than a warning. */
  showAll(): void;
}

const SEVERE: ReadonlySet<unknown> = new Set(['warn', 'error']);

/** Combines the logs of several programs into one stream for people. */
export function createLogPrinter(options: {
  readonly write: (line: string) => void;
  readonly showAll: boolean;
}): LogPrinter {
  let all = options.showAll;
  return {
    follow(name, stream) {
      createInterface({ input: stream }).on('line', (line) => {
        const record = parse(line);
        if (record !== undefined && !all && !SEVERE.has(record['level'])) return;
        options.write(`${name.padEnd(13)} | ${record === undefined ? line : formatPretty(record)}`);
      });
    },
    showAll() {
      all = true;
    },
  };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
