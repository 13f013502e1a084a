import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedSettings } from './load-settings.js';
import { Secret } from './secret.js';
import { SETTINGS, type SettingKey, type Settings } from './settings.js';

/** A change of the settings that has been read and checked. */
export interface SettingsChange {
  readonly settings: Settings;
  /** The keys whose values differ, never the values. */
  readonly changed: readonly SettingKey[];
  /** Counts the changes since the start. */
  readonly generation: number;
}

export interface WatchSettingsOptions {
  readonly initial: LoadedSettings;
  /** Reads all settings again; what it throws leaves the last good ones in force. */
  readonly load: () => LoadedSettings;
  readonly onChange: (change: SettingsChange) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between looks at the content of the files. */
  readonly intervalMs?: number;
}

export interface SettingsWatch {
  /** Looks now, as on SIGHUP. */
  reload(): void;
  stop(): void;
}

const DEFAULT_INTERVAL_MS = 1_000;

/**
 * Watches the files that the settings come from by their content, so that mounted secrets, whose links are switched,
 * are seen as well. All or nothing: settings with a problem are reported once and not taken.
 */
export function watchSettings(options: WatchSettingsOptions): SettingsWatch {
  let current = options.initial;
  let seen = contentOf(current.files);
  let generation = 0;

  const reload = (): void => {
    // Taken before the load: a change during it is seen again at the next look.
    seen = contentOf(current.files);
    try {
      const loaded = options.load();
      const changed = changedKeys(current.settings, loaded.settings);
      current = loaded;
      seen = contentOf(current.files);
      if (changed.length === 0) return;
      generation += 1;
      options.onChange({ settings: loaded.settings, changed, generation });
    } catch (error) {
      options.onError(error);
    }
  };
  const timer = setInterval(() => {
    if (contentOf(current.files) !== seen) reload();
  }, options.intervalMs ?? DEFAULT_INTERVAL_MS).unref();

  return { reload, stop: () => clearInterval(timer) };
}

function changedKeys(before: Settings, after: Settings): readonly SettingKey[] {
  return (Object.keys(SETTINGS) as SettingKey[]).filter(
    (key) => fingerprint(before[key]) !== fingerprint(after[key]),
  );
}

function fingerprint(value: unknown): string {
  if (value instanceof Secret) return createHash('sha256').update(value.reveal()).digest('hex');
  if (value instanceof Map)
    return [...value].map(([name, member]) => `${name}:${fingerprint(member)}`).join();
  if (Array.isArray(value)) return value.map(fingerprint).join();
  return JSON.stringify(value) ?? '';
}

function contentOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\0${readOrReason(path)}\0`);
  return hash.digest('hex');
}

function readOrReason(path: string): string {
  try {
    if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
    return readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .map((name) => `${name}\0${readFileSync(join(path, name), 'utf8')}`)
      .join('\0');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
