import { createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** 1 MiB. Nothing that is configured comes near it. */
export const MAX_FILE_BYTES = 1_048_576;

/** What files and directories held when they were read: digests by path. */
export type FileContents = ReadonlyMap<string, string>;

/** A digest of what is at a path now, links followed. Where nothing can be read it is the reason. */
export function contentAt(path: string): string {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return directoryDigest(path);
    // Reading a pipe again would wait for ever, and what is too large is not read by a load either.
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) return UNREAD;
    return digestOf(readFileSync(path));
  } catch (error) {
    return reasonOf(error);
  }
}

/** Stands for the content of what is not read again. */
export const UNREAD = 'not read';

/** Keyed: the digest of a short secret must not help anybody who finds it in a dump. */
const DIGEST_KEY = randomBytes(32);

export function digestOf(bytes: Uint8Array | string): string {
  return createHmac('sha256', DIGEST_KEY).update(bytes).digest('base64url');
}

/** Mounted secrets keep their data in directories and links whose names begin with a dot. */
export function namesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** The digest of a directory from those of its files. */
export function digestOfMembers(members: readonly (readonly [name: string, digest: string])[]): string {
  return digestOf(members.map(([name, digest]) => `${name}\0${digest}\0`).join(''));
}

function directoryDigest(directory: string): string {
  return digestOfMembers(namesIn(directory).map((name) => [name, contentAt(join(directory, name))]));
}

/** What the system says, without the path, which the caller tells. */
export function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
