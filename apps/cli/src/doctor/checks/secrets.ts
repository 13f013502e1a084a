import { readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SETTINGS, type SettingDefinition, type SettingKey } from '@stacyvm/config';
import { type CheckGroup, type Finding, failure, note, skipped, success, weakness } from '../check.js';
import type { Subject } from '../subject.js';

/** Who may read the files that secrets come from. */
export function secretChecks(subject: Subject): CheckGroup {
  return {
    id: 'secrets',
    title: 'secret files',
    checks() {
      const files = secretFiles(subject);
      if (files.length === 0) return skipped('no secret is read from a file');
      return files.map((path, index) => note(`file_${index + 1}`, path, judgeSecret(path)));
    },
  };
}

/** Who may change the configuration, and what it leads to. */
export function configFileChecks({ loaded }: Subject): CheckGroup {
  return {
    id: 'file_modes',
    title: 'file modes',
    checks() {
      const { configFile } = loaded;
      if (configFile === undefined) return skipped('no configuration file');
      return [
        note('config_file', configFile, judgeWritable(configFile)),
        note('config_directory', dirname(configFile), judgeWritable(dirname(configFile))),
      ];
    },
  };
}

/** Files that secrets come from, that hold private keys and tokens, and the configuration if secrets stand in it. */
function secretFiles({ loaded, settings }: Subject): readonly string[] {
  const files = (Object.entries(SETTINGS) as [SettingKey, SettingDefinition][]).flatMap(
    ([key, definition]) => {
      if (definition.type === 'path') {
        return definition.holds === 'private_key' || definition.holds === 'token'
          ? [String(settings[key])]
          : [];
      }
      if (!definition.type.startsWith('secret') || 'isPublic' in definition) return [];
      const { kind, name } = loaded.origins[key];
      return kind === 'file' || kind === 'secret_file' ? [name] : [];
    },
  );
  return [...new Set(files)].filter((path) => path !== '').flatMap(filesAt);
}

/** The files of a directory of secrets, by its rules: names that begin with a dot belong to mounted volumes. */
function filesAt(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .map((name) => join(path, name));
  } catch {
    return [path];
  }
}

function judgeSecret(path: string): Finding {
  const stats = statOf(path);
  if (typeof stats === 'string') return failure(stats, 'make it readable for the user of the program');
  const mode = stats.mode & 0o777;
  if ((mode & 0o077) !== 0) {
    return weakness(`other users can read it or change it (mode ${octal(mode)})`, `chmod 600 ${path}`);
  }
  return success(`for its owner alone (mode ${octal(mode)})`);
}

function judgeWritable(path: string): Finding {
  const stats = statOf(path);
  if (typeof stats === 'string') return failure(stats, 'make it readable for the user of the program');
  const mode = stats.mode & 0o7777;
  const sticky = stats.isDirectory() && (mode & 0o1000) !== 0;
  if ((mode & 0o002) !== 0 && !sticky) {
    return failure(`every user can change it (mode ${octal(mode)})`, `chmod o-w ${path}`);
  }
  if ((mode & 0o020) !== 0 && !sticky) {
    return weakness(`its group can change it (mode ${octal(mode)})`, `chmod g-w ${path}`);
  }
  const self = process.getuid?.();
  if (self !== undefined && stats.uid !== self && stats.uid !== 0) {
    return weakness(
      `belongs to user ${stats.uid}, who can change it`,
      `chown root ${path}, or run as that user`,
    );
  }
  return success(`only its owner can change it (mode ${octal(mode)})`);
}

function statOf(path: string): Stats | string {
  try {
    return statSync(path);
  } catch (error) {
    return `cannot be looked at: ${(error as NodeJS.ErrnoException).code}`;
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
