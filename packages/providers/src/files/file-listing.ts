import { ProviderError } from '../errors.js';
import type { FileInfo } from './sandbox-files.js';

const DIRECTORY = 0o040000;
const TYPE_BITS = 0o170000;
const PERMISSION_BITS = 0o7777;
const FIELDS = /^([0-9a-f]{1,8}) (\d{1,16}) (-?\d{1,12})/;

/** Reads what `stat` printed about a path. @throws ProviderError `file_failed` when it is something else */
export function parseFileInfo(path: string, line: string): FileInfo {
  const [, mode = '', size = '', seconds = ''] = FIELDS.exec(line) ?? [];
  if (mode === '') throw new ProviderError('file_failed', 'stat of the sandbox does not behave as stat');
  const bits = Number.parseInt(mode, 16);
  return {
    path,
    size: Number(size),
    mode: (bits & PERMISSION_BITS).toString(8),
    isDirectory: (bits & TYPE_BITS) === DIRECTORY,
    modifiedAt: new Date(Number(seconds) * 1000),
  };
}

/** Reads a list whose every entry begins with `mark`, and sorts it by path. */
export function parseFileList(directory: string, text: string, mark: string): readonly FileInfo[] {
  const base = directory === '/' ? '' : directory;
  const entries = text.split(mark).slice(1);
  return entries
    .map((entry) => {
      const [fields = ''] = FIELDS.exec(entry) ?? [];
      // After the fields a space, `./`, the name and a line feed.
      const name = entry.slice(fields.length + 3, -1);
      return parseFileInfo(`${base}/${name}`, fields);
    })
    .sort((one, other) => compareText(one.path, other.path));
}

export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
