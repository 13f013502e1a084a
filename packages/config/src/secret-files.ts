import { join, resolve } from 'node:path';
import type { ConfigProblem, ConfigProblemCode } from './errors.js';
import { holdsSecret, isOpenToOthers, openToOthers } from './exposed-secrets.js';
import { digestOfMembers, type FileContents, MAX_FILE_BYTES, namesIn, reasonOf } from './file-contents.js';
import { describePosition, type Origin } from './origin.js';
import { type ReadFailure, readTextFile } from './read-text.js';
import { fileFormOf, SETTINGS, type SettingDefinition, type SettingKey } from './settings.js';
import type { SourcedValue, SourcedValues } from './sourced-values.js';

export interface SecretFilesReading {
  /** Every file and directory that was looked at. */
  readonly contents: FileContents;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Puts the content of secret files in the place of their settings. A secret that is also given as such is a conflict,
 * whatever the sources are.
 *
 * @param broken keys whose values are no good and have been reported
 */
export function resolveSecretFiles(values: SourcedValues, broken: ReadonlySet<string>): SecretFilesReading {
  const reader = new SecretReader();
  for (const [key, definition] of Object.entries(SETTINGS) as [SettingKey, SettingDefinition][]) {
    const form = fileFormOf(key, definition);
    const named = form === undefined ? undefined : values.get(form);
    if (form === undefined || named === undefined) continue;
    const inline = values.get(key);
    if (inline !== undefined) {
      // A form that is left empty names nothing, which has been reported.
      if (!isBlank(inline) && !isBlank(named)) reader.refuseBoth(key, inline, form, named);
    } else if (!broken.has(form) && typeof named.value === 'string') {
      const path = resolve(named.baseDir, named.value);
      const value = reader.read(definition, form, path, named.origin);
      const origin: Origin = { kind: 'secret_file', name: path, namedBy: named.origin };
      if (value !== undefined) values.set(key, { value, origin, baseDir: named.baseDir });
    }
  }
  return reader;
}

function isBlank({ value }: SourcedValue): boolean {
  return typeof value === 'string' && value.trim() === '';
}

class SecretReader implements SecretFilesReading {
  readonly contents = new Map<string, string>();
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];

  refuseBoth(key: SettingKey, inline: SourcedValue, form: string, named: SourcedValue): void {
    const message = `is set here, and ${form} is set by ${describePosition(named.origin)}; remove one of them`;
    this.problems.push({ code: 'conflict', key, origin: inline.origin, message });
  }

  /** @returns undefined when it is no good, which has been noted */
  read(definition: SettingDefinition, key: string, path: string, namedBy: Origin): unknown {
    if (definition.type === 'secrets_by_name') return this.#readDirectory(key, path, namedBy);
    const { secret, content } = this.#readSecret(key, path, namedBy, holdsSecret(definition));
    this.contents.set(path, content);
    if (definition.type === 'secret' || secret === undefined) return secret;
    return secret.split(/\r?\n/).filter((line) => line.trim() !== '');
  }

  #readDirectory(key: string, path: string, namedBy: Origin): unknown {
    let names: readonly string[];
    try {
      names = namesIn(path);
    } catch (error) {
      const reason = reasonOf(error);
      this.contents.set(path, reason);
      this.#refuse('secret_unreadable', key, namedBy, `${path} cannot be read: ${reason}`);
      return undefined;
    }
    const members = names.map((name) => [name, this.#readSecret(key, join(path, name), namedBy)] as const);
    this.contents.set(path, digestOfMembers(members.map(([name, { content }]) => [name, content])));
    if (members.some(([, { secret }]) => secret === undefined)) return undefined;
    return Object.fromEntries(members.map(([name, { secret }]) => [name, secret]));
  }

  #readSecret(key: string, path: string, namedBy: Origin, isHidden = true): ReadSecret {
    const read = readTextFile(path);
    const { content } = read;
    if ('kind' in read) {
      const [code, what] = failureOf(read);
      this.#refuse(code, key, namedBy, `${path} ${what}`);
      return { secret: undefined, content };
    }
    const secret = read.text.replace(/\r?\n$/, '');
    if (secret.trim() === '') {
      this.#refuse('secret_empty', key, namedBy, `${path} is empty; write the secret into it`);
      return { secret: undefined, content };
    }
    if (isHidden && read.isRegular && isOpenToOthers(read.mode))
      this.warnings.push(openToOthers(key, namedBy, path, read.mode));
    return { secret, content };
  }

  #refuse(code: ConfigProblemCode, key: string, origin: Origin, message: string): void {
    this.problems.push({ code, key, origin, message });
  }
}

interface ReadSecret {
  /** Undefined: it is no good, which has been noted. */
  readonly secret: string | undefined;
  readonly content: string;
}

function failureOf(failure: ReadFailure): readonly [ConfigProblemCode, string] {
  switch (failure.kind) {
    case 'too_large':
      return ['secret_too_large', `is larger than ${MAX_FILE_BYTES} bytes, which is the limit`];
    case 'not_text':
      return ['secret_unreadable', `${failure.reason}; save it as UTF-8 text`];
    case 'unreadable':
      return ['secret_unreadable', `cannot be read: ${failure.reason}`];
  }
}
