import { decodeBase64url } from './base64url.js';
import { type JwsHeader, readJwsHeader, type TokenTypes } from './jws-header.js';
import { malformedBearer } from './malformed-bearer.js';
import { type JsonObject, parseStrictJsonObject } from './strict-json.js';

/** The longest token, in characters: as much as Node accepts of all headers of a request. */
export const MAX_TOKEN_LENGTH = 16 * 1024;

/** A token that has the right form. Nothing in it is verified yet. */
export interface StrictJws {
  readonly header: JwsHeader;
  readonly payload: Buffer;
  /** What the signature is made over: the first two parts, as they were received. */
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** A JWS whose payload is a set of claims (RFC 7519 section 3). */
export interface StrictJwt extends StrictJws {
  readonly claims: JsonObject;
}

/**
 * Reads a JWT that has exactly one spelling: see {@link parseStrictJws}, and a payload that is one JSON object without
 * duplicate members.
 *
 * @throws AuthError `bearer_malformed` or `bearer_unsupported_alg`
 */
export function parseStrictJwt(token: string, types?: TokenTypes): StrictJwt {
  const jws = parseStrictJws(token, types);
  return { ...jws, claims: objectOf('payload', jws.payload) };
}

/**
 * Reads a JWS in the compact serialisation (RFC 7515 section 7.1): three parts in canonical base64url, a header that is one
 * JSON object without duplicate members. Every other form (five parts, JSON serialisation, detached or unencoded payload)
 * is refused.
 *
 * @throws AuthError `bearer_malformed` or `bearer_unsupported_alg`
 */
export function parseStrictJws(token: string, types?: TokenTypes): StrictJws {
  if (token.length > MAX_TOKEN_LENGTH)
    throw malformedBearer(`it is longer than ${MAX_TOKEN_LENGTH} characters`);
  const parts = token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw malformedBearer('it has not exactly three parts');
  }
  return {
    header: readJwsHeader(objectOf('header', bytesOf('header', header)), types),
    payload: bytesOf('payload', payload),
    signingInput: Buffer.from(`${header}.${payload}`, 'ascii'),
    signature: bytesOf('signature', signature),
  };
}

function objectOf(part: string, bytes: Buffer): JsonObject {
  try {
    return parseStrictJsonObject(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformedBearer(`its ${part} is not strict JSON: ${error.message}`);
  }
}

function bytesOf(part: string, text: string): Buffer {
  const bytes = decodeBase64url(text);
  if (bytes === undefined) throw malformedBearer(`its ${part} is not canonical base64url`);
  return bytes;
}
