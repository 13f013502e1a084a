import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { spellControlCharacters } from './control-characters.js';
import { ConfigError, type ConfigErrorCode, type ConfigProblem } from './errors.js';
import { MAX_FILE_BYTES, reasonOf } from './file-contents.js';
import type { Origin } from './origin.js';
import { readTextFile } from './read-text.js';
import type { YamlNode, YamlPosition } from './yaml/node.js';
import { YamlError } from './yaml/problem.js';
import { readYamlDocument } from './yaml/read-document.js';

export interface FileSearch {
  /** A path given by the user; it must exist. */
  readonly explicit: string | undefined;
  readonly cwd: string;
  readonly homeDir: string | undefined;
}

/**
 * The configuration file that counts: the explicit one, else the first that exists, else none.
 *
 * @throws ConfigError `file_unreadable` when it cannot be told whether one exists
 */
export function findConfigFile(search: FileSearch): string | undefined {
  if (search.explicit !== undefined) return resolve(search.cwd, search.explicit);
  return [
    resolve(search.cwd, 'stacyvm.yaml'),
    ...(search.homeDir ? [resolve(search.homeDir, '.stacyvm/config.yaml')] : []),
    '/etc/stacyvm/stacyvm.yaml',
  ].find(exists);
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return false;
    throw fileError('file_unreadable', { kind: 'file', name: path }, `cannot be read: ${reason}`, reason);
  }
}

export interface ConfigDocument {
  /** Undefined: the file is empty. */
  readonly root: YamlNode | undefined;
  readonly problems: readonly ConfigProblem[];
  /** As `contentAt`. */
  readonly content: string;
  /** Permission bits of the file. */
  readonly mode: number;
}

/**
 * Reads a configuration file, at most 1 MiB of UTF-8.
 *
 * @throws ConfigError `file_unreadable`, `file_too_large` or `file_invalid`
 */
export function readConfigFile(path: string): ConfigDocument {
  const file: Origin = { kind: 'file', name: path };
  const read = readTextFile(path);
  if ('kind' in read) {
    if (read.kind === 'unreadable')
      throw fileError('file_unreadable', file, `cannot be read: ${read.reason}`, read.content);
    if (read.kind === 'too_large')
      throw fileError(
        'file_too_large',
        file,
        `is larger than ${MAX_FILE_BYTES} bytes, which is the limit`,
        read.content,
      );
    throw fileError('file_invalid', file, `${read.reason}; save it as UTF-8 text`, read.content);
  }
  try {
    const { root, problems } = readYamlDocument(read.text);
    return {
      root,
      content: read.content,
      mode: read.mode,
      problems: problems.map(({ code, path: names, position, message }) => ({
        code,
        key: spellControlCharacters(names.join('.')) || 'config',
        origin: placeIn(path, position),
        message,
      })),
    };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw fileError('file_invalid', placeIn(path, error.position), error.message, read.content);
  }
}

export function placeIn(path: string, { line, column }: YamlPosition): Origin {
  return { kind: 'file', name: path, line, column };
}

function fileError(
  code: Exclude<ConfigErrorCode, 'invalid'>,
  origin: Origin,
  message: string,
  content: string,
): ConfigError {
  return new ConfigError(code, [{ code, key: 'config', origin, message }], new Map([[origin.name, content]]));
}
