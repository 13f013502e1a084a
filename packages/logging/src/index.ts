export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.js';
export { formatPretty } from './pretty.js';
export { REDACTED, REDACTION_RULES, redact, redactText } from './redact.js';
