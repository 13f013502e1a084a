import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, ApiError } from '@stacyvm/api';

/** The error of a call that must be refused. */
export async function refusal(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('the call was accepted');
}

export async function sandboxIds(client: ApiClient): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of client.sandboxes()) ids.push(id);
  return ids;
}

/** The command lines of all running processes, with NUL between the words. */
export function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    });
}

/** Those that contain a text. */
export function processesWith(text: string): readonly string[] {
  return commandLines().filter((commandLine) => commandLine.includes(text));
}

/** True when a file or directory below `directory` has `name` in its own name. */
export function findBelow(directory: string, name: string, depth = 4): boolean {
  if (depth === 0) return false;
  return entriesOf(directory).some(
    (entry) =>
      entry.name.includes(name) ||
      (entry.isDirectory() && findBelow(join(directory, entry.name), name, depth - 1)),
  );
}

/** Nothing of a directory that is not there, or goes meanwhile, as the cgroups of others do. */
function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
