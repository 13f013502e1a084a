import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { type LoadedSettings, loadSettings } from '../../src/index.js';
import { type LintFinding, type LintOptions, lintSettings } from '../../src/lint/index.js';

/** A secret as one drawn at random would look, and always the same for a name. */
export function strongSecret(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}

export interface Configuration {
  /** By dotted key, as they stand in the file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Permission bits of those files and of the configuration; 0o600 unless given. */
  readonly mode?: number;
  /** Content of files beside the configuration, by relative path. */
  readonly files?: Readonly<Record<string, string | (() => Buffer)>>;
}

/** Runs with a directory that is removed afterwards. */
export function inDirectory<T>(run: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'stacyvm-lint-'));
  try {
    return run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function writeConfiguration(
  directory: string,
  { files = {}, mode = 0o600, settings = {} }: Configuration,
): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : content());
    chmodSync(path, mode);
  }
  const path = join(directory, 'stacyvm.yaml');
  writeFileSync(path, Object.keys(settings).length === 0 ? '{}\n' : dump(nested(settings)));
  chmodSync(path, mode);
  return path;
}

export function loadConfiguration(directory: string, configuration: Configuration): LoadedSettings {
  return loadSettings({
    configFile: writeConfiguration(directory, configuration),
    env: configuration.env ?? {},
    cwd: directory,
    homeDir: directory,
  });
}

/** The findings about a configuration that is written, loaded and judged. */
export function lintConfiguration(
  configuration: Configuration,
  options: Partial<LintOptions> = {},
): readonly LintFinding[] {
  return inDirectory(
    (directory) =>
      lintSettings(loadConfiguration(directory, configuration), { production: false, ...options }).findings,
  );
}

function nested(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    const parts = key.split('.');
    const leaf = parts.pop() ?? '';
    let section = root;
    for (const part of parts) {
      section[part] ??= {};
      section = section[part] as Record<string, unknown>;
    }
    section[leaf] = value;
  }
  return root;
}
