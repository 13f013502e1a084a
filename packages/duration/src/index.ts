export { DurationError, type DurationErrorCode } from './errors.js';
export { formatDuration } from './format-duration.js';
export { parseDuration } from './parse-duration.js';
