import { basename, resolve } from 'node:path';
import { ConfigError, type ConfigProblem } from '../errors.js';
import type { FileContents } from '../file-contents.js';
import type { Origin } from '../origin.js';
import type { SourcedValues } from '../sourced-values.js';
import { type PolicyFile, readPolicyFile } from './policy-file.js';

/** Rules of all files together at most. */
export const MAX_FILE_RULES = 1_000;

export interface PolicyFilesReading {
  /** In the order of the paths; not all of them when there are problems. */
  readonly files: readonly PolicyFile[];
  readonly problems: readonly ConfigProblem[];
  readonly contents: FileContents;
}

/**
 * Reads files of rules, as `policy.files` names them.
 *
 * @throws ConfigError `invalid` with every problem of every file
 */
export function readPolicyFiles(paths: readonly string[]): readonly PolicyFile[] {
  const absolute = paths.map((path) => resolve(path));
  const { files, problems, contents } = readAll(absolute, { kind: 'flag', name: 'policy files' });
  if (problems.length > 0) throw new ConfigError('invalid', problems, contents);
  return files;
}

/** Puts the files in the place of their paths. @param broken keys whose values are no good and have been reported */
export function resolvePolicyFiles(
  values: SourcedValues,
  broken: ReadonlySet<string>,
): Omit<PolicyFilesReading, 'files'> {
  const named = values.get('policy.files');
  if (named === undefined || broken.has('policy.files') || !Array.isArray(named.value)) {
    return { problems: [], contents: new Map() };
  }
  const paths = named.value.map((path) => resolve(named.baseDir, String(path)));
  const { files, problems, contents } = readAll(paths, named.origin);
  if (problems.length === 0) values.set('policy.files', { ...named, value: files });
  return { problems, contents };
}

function readAll(paths: readonly string[], namedBy: Origin): PolicyFilesReading {
  const files: PolicyFile[] = [];
  const problems: ConfigProblem[] = [];
  const contents = new Map<string, string>();
  const refuse = (code: ConfigProblem['code'], message: string): void =>
    void problems.push({ code, key: 'policy.files', origin: namedBy, message });
  for (const [rank, path] of paths.entries()) {
    const same = paths.slice(0, rank).find((other) => basename(other) === basename(path));
    if (same !== undefined) {
      refuse('conflict', `${path} has the name of ${same}, and rules are named after it; rename one of them`);
      continue;
    }
    const reading = readPolicyFile(path, rank);
    contents.set(path, reading.content);
    problems.push(...reading.problems);
    if (reading.file !== undefined) files.push(reading.file);
  }
  const count = files.reduce((sum, { rules }) => sum + rules.length, 0);
  if (count > MAX_FILE_RULES) refuse('out_of_range', `has ${count} rules; ${MAX_FILE_RULES} are the limit`);
  return { files, problems, contents };
}
