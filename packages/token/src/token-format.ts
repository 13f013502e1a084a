import { isUtf8 } from 'node:buffer';
import { decodeBase64url, encodeBase64url } from './base64url.js';
import { WorkerTokenError } from './errors.js';
import { MAX_TOKEN_CHARACTERS } from './limits.js';
import { type JsonObject, parseStrictJson } from './strict-json.js';

export const TOKEN_PREFIX = 'stacyvm-worker-v1';
const SIGNATURE_CHARACTERS = 43;

/** A token taken apart; nothing of it is verified. */
export interface TokenParts {
  /** What the MAC is over: prefix, dot and payload segment as received. */
  readonly signedText: string;
  /** The payload segment, still encoded. */
  readonly payload: string;
  /** The 32 bytes of the MAC. */
  readonly signature: Buffer;
}

/** The token without the space, tab, CR and LF around it. */
export function trimToken(token: string): string {
  // Callers may hand over what a header or a file gave them, whatever the types promised.
  if (typeof token !== 'string') throw malformed('is not text');
  let start = 0;
  let end = token.length;
  while (start < end && isTrimmed(token.charCodeAt(start))) start += 1;
  while (end > start && isTrimmed(token.charCodeAt(end - 1))) end -= 1;
  if (end - start > MAX_TOKEN_CHARACTERS)
    throw malformed(`is longer than ${MAX_TOKEN_CHARACTERS} characters`);
  return token.slice(start, end);
}

/** Checks the shape of a trimmed token. The payload is not judged here, except that there must be one. */
export function splitToken(token: string): TokenParts {
  if (!token.startsWith(`${TOKEN_PREFIX}.`))
    throw malformed('does not begin with the prefix of worker tokens');
  const payloadStart = TOKEN_PREFIX.length + 1;
  const dot = token.indexOf('.', payloadStart);
  if (dot === -1 || token.indexOf('.', dot + 1) !== -1) throw malformed('has not three segments');
  if (dot === payloadStart) throw malformed('has an empty payload');
  const encodedSignature = token.slice(dot + 1);
  const signature =
    encodedSignature.length === SIGNATURE_CHARACTERS ? decodeBase64url(encodedSignature) : undefined;
  if (signature === undefined) throw malformed('has a signature that is not 43 characters of base64url');
  return { signedText: token.slice(0, dot), payload: token.slice(payloadStart, dot), signature };
}

/** The text that a signature is made over. */
export function signedTextOf(payloadJson: string): string {
  return `${TOKEN_PREFIX}.${encodeBase64url(Buffer.from(payloadJson, 'utf8'))}`;
}

/** The object in a payload segment, or undefined unless it is strict base64url, strict UTF-8 and strict JSON. */
export function decodePayload(segment: string): JsonObject | undefined {
  const bytes = decodeBase64url(segment);
  if (bytes === undefined || !isUtf8(bytes)) return undefined;
  try {
    const value = parseStrictJson(bytes.toString('utf8'));
    return value instanceof Map ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function malformedPayload(): WorkerTokenError {
  return malformed('has a payload that is not a strict JSON object in base64url');
}

function malformed(problem: string): WorkerTokenError {
  return new WorkerTokenError('malformed', `the worker token ${problem}`);
}

function isTrimmed(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
