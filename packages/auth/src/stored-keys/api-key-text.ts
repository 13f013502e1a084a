import { randomBytes as systemRandomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { digestOf } from '../fingerprint.js';

/** A key of the database that was just made: this is the only moment at which the key itself is known. */
export interface MintedApiKey {
  /** `svk_<prefix>_<secret>_<checksum>`, all of it lower-case hexadecimal digits after `svk_`. */
  readonly key: string;
  /** 12 digits that name the key in lists and logs. */
  readonly prefix: string;
  /** SHA-256 of the key, 64 digits: what is kept. */
  readonly hash: string;
}

/** A key as it was presented. Nobody has looked it up yet. */
export type ParsedApiKey = Pick<MintedApiKey, 'prefix' | 'hash'>;

const PREFIX_BYTES = 6;
/** Nobody guesses 256 random bits, so a plain SHA-256 protects the key as well as a slow hash would. */
const SECRET_BYTES = 32;
const MARK = 'svk_';
const BEGINNING = /^svk_([0-9a-f]{12})_/;
const FORM = /^(svk_([0-9a-f]{12})_[0-9a-f]{64})_([0-9a-f]{8})$/;

/** Makes a key of 256 random bits. */
export function mintApiKey(
  options: { readonly randomBytes?: (size: number) => Uint8Array } = {},
): MintedApiKey {
  const { randomBytes = systemRandomBytes } = options;
  const prefix = hexOf(randomBytes(PREFIX_BYTES));
  const body = `${MARK}${prefix}_${hexOf(randomBytes(SECRET_BYTES))}`;
  const key = `${body}_${checksumOf(body)}`;
  return { key, prefix, hash: hexOf(digestOf(key)) };
}

/**
 * Reads a key by its form and checksum (CRC-32 of all that stands before it), so that a typing mistake or a cut is told
 * without the database. Undefined for what is no such key.
 */
export function parseApiKey(text: string): ParsedApiKey | undefined {
  const [, body, prefix, checksum] = FORM.exec(text) ?? [];
  if (body === undefined || prefix === undefined || checksumOf(body) !== checksum) return undefined;
  return { prefix, hash: hexOf(digestOf(text)) };
}

/** True for a text that is meant to be a key of the database, whether it is well formed or not. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith(MARK);
}

/** What names a key in lists, whether the rest of the text is well formed or not; undefined where the text has none. */
export function apiKeyPrefixOf(text: string): string | undefined {
  return BEGINNING.exec(text)?.[1];
}

function checksumOf(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
