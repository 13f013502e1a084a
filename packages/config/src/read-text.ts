import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { contentAt, digestOf, MAX_FILE_BYTES, reasonOf, UNREAD } from './file-contents.js';

export type ReadFailure = (
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'not_text'; readonly reason: string }
) & { readonly content: string };

export interface ReadText {
  readonly text: string;
  /** As `contentAt`, of what was read. */
  readonly content: string;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** False for pipes and devices. */
  readonly isRegular: boolean;
}

/** Reads a file or pipe of UTF-8 text, at most `MAX_FILE_BYTES` of it. */
export function readTextFile(path: string): ReadText | ReadFailure {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return unreadable(path, error);
  }
  let content = UNREAD;
  try {
    const stats = fstatSync(descriptor);
    const bytes = readUpTo(descriptor, MAX_FILE_BYTES + 1);
    if (bytes.length > MAX_FILE_BYTES) return { kind: 'too_large', content };
    if (stats.isFile()) content = digestOf(bytes);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    if (text.includes('\0')) return { kind: 'not_text', reason: 'has a NUL byte', content };
    return { text, content, mode: stats.mode & 0o7777, isRegular: stats.isFile() };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      return { kind: 'not_text', reason: 'is not UTF-8', content };
    }
    return unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(path: string, error: unknown): ReadFailure {
  return { kind: 'unreadable', reason: reasonOf(error), content: contentAt(path) };
}

function readUpTo(descriptor: number, limit: number): Uint8Array {
  const buffer = new Uint8Array(limit);
  let length = 0;
  while (length < limit) {
    const count = readSync(descriptor, buffer, length, limit - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}
