import { ApiError } from './errors.js';

/** A URL takes a segment of dots for a step in the path, also when they are percent-encoded (URL standard, section 4.4). */
const STEPS: ReadonlySet<string> = new Set(['.', '..']);

/**
 * Puts parameters into the path of an operation, each percent-encoded into one segment. What no segment can hold is refused
 * before anything is sent: it would make another path of it, and of the call another operation.
 *
 * @throws ApiError `invalid`
 */
export function pathWith(path: string, parameters: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segmentOf(name, parameters[name]));
}

function segmentOf(name: string, value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (text === '') throw new ApiError('invalid', `${name} is empty`);
  if (STEPS.has(text)) throw new ApiError('invalid', `${name} cannot be ${JSON.stringify(text)}`);
  try {
    return encodeURIComponent(text);
  } catch (error) {
    throw new ApiError('invalid', `${name} is not well-formed Unicode`, {}, { cause: error });
  }
}
