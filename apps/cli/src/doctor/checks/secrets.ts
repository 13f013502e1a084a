import { readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS, type SettingDefinition, type SettingKey } from '@stacyvm/config';
import { type CheckGroup, type Finding, note, skipped, success, weakness } from '../check.js';
import { judgeFile, octal } from '../file-mode.js';
import { runsControlPlane, runsWorker, type Subject } from '../subject.js';

/** Who may read the files that secrets come from. */
export function secretChecks(subject: Subject): CheckGroup {
  return {
    id: 'secrets',
    title: 'secret files',
    checks() {
      const files = secretFiles(subject);
      if (files.length === 0) return skipped('no secret is read from a file');
      return files.map((path, index) =>
        note(
          `file_${index + 1}`,
          path,
          judgeFile(path, (stats) => judgeSecret(path, stats)),
        ),
      );
    },
  };
}

/** Files that secrets come from, that hold private keys and tokens, and the configuration if secrets stand in it. */
function secretFiles(subject: Subject): readonly string[] {
  const files = (Object.entries(SETTINGS) as [SettingKey, SettingDefinition][])
    .filter(([, { readBy }]) => isRead(subject, readBy))
    .map(([key, definition]) => secretFileOf(subject, key, definition));
  return [...new Set(files)].filter((path) => path !== '').flatMap(filesAt);
}

function isRead(subject: Subject, by: SettingDefinition['readBy']): boolean {
  if (by === 'both') return true;
  return by === 'worker' ? runsWorker(subject) : runsControlPlane(subject);
}

/** Empty when there is none. */
function secretFileOf({ loaded, settings }: Subject, key: SettingKey, definition: SettingDefinition): string {
  if (definition.type === 'path') {
    return definition.holds === 'private_key' || definition.holds === 'token' ? String(settings[key]) : '';
  }
  if (!definition.type.startsWith('secret') || 'isPublic' in definition) return '';
  const { kind, name } = loaded.origins[key];
  return kind === 'file' || kind === 'secret_file' ? name : '';
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

function judgeSecret(path: string, { mode }: Stats): Finding {
  return (mode & 0o077) === 0
    ? success(`for its owner alone (mode ${octal(mode)})`)
    : weakness(`others can read it or change it (mode ${octal(mode)})`, `chmod 600 ${path}`);
}
