import { Writable } from 'node:stream';
import winston from 'winston';
import { formatPretty } from './pretty.js';
import { redact, redactText } from './redact.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json`: one object a line. `pretty`: for people. */
  readonly format: 'json' | 'pretty';
  /** Which program is speaking, such as `control-plane`. */
  readonly service: string;
  /** Where the lines go; standard error unless told. */
  readonly destination?: Writable;
  readonly clock?: () => Date;
}

/** Creates a logger whose lines carry `time`, `level`, `service`, `message` and the given fields, redacted. */
export function createLogger(options: LoggerOptions): Logger {
  const clock = options.clock ?? (() => new Date());
  const render =
    options.format === 'pretty' ? formatPretty : (record: Record<string, unknown>) => JSON.stringify(record);
  const output = winston.createLogger({
    level: options.level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    format: winston.format.printf(({ level, message, fields }) =>
      render({
        time: clock().toISOString(),
        level,
        service: options.service,
        message: redactText(String(message)),
        ...(redact(fields ?? {}) as Record<string, unknown>),
      }),
    ),
    transports: [
      new winston.transports.Stream({ stream: options.destination ?? standardError(), eol: '\n' }),
    ],
  });
  const write =
    (level: LogLevel) =>
    (message: string, fields?: Record<string, unknown>): void => {
      output.log({ level, message, fields });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Standard error, written at once, so that the last lines before an exit are not lost. */
function standardError(): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      process.stderr.write(chunk);
      done();
    },
  });
}
