export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.js';
export { formatPretty } from './pretty.js';
export { REDACTED, redact, redactText } from './redact.js';
