import { Writable } from 'node:stream';
import { createLogger, type Logger } from '@stacyvm/logging';

export interface LogCapture {
  readonly logger: Logger;
  /** Every line so far, as one text. */
  text(): string;
  records(message: string): readonly Record<string, unknown>[];
}

/** The real logger at its most talkative, writing to memory. */
export function captureLogs(): LogCapture {
  const lines: string[] = [];
  const destination = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      lines.push(chunk);
      done();
    },
  });
  return {
    logger: createLogger({ level: 'debug', format: 'json', service: 'control-plane', destination }),
    text: () => lines.join(''),
    records: (message) =>
      lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((record) => record['message'] === message),
  };
}
