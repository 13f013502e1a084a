import { changedKeys } from './changed-settings.js';
import { ConfigError, type ConfigProblem } from './errors.js';
import { contentAt, type FileContents } from './file-contents.js';
import type { LoadedSettings } from './load-settings.js';
import type { SettingKey, Settings } from './settings.js';

/** A change of the settings that has been read and checked. */
export interface SettingsChange {
  readonly settings: Settings;
  /** All that was loaded, with origins and warnings. */
  readonly loaded: LoadedSettings;
  /** The keys whose values differ, never the values. */
  readonly changed: readonly SettingKey[];
  /** Counts the changes since the start. */
  readonly generation: number;
}

export interface WatchSettingsOptions {
  readonly initial: LoadedSettings;
  /** Reads all settings again; what it throws leaves the last good ones in force. */
  readonly load: () => LoadedSettings;
  /** Puts a change in force, all or nothing: what it throws refuses the change. */
  readonly onChange: (change: SettingsChange) => void;
  /** Hears of every reload that was refused. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between looks at the content of the files. */
  readonly intervalMs?: number;
  readonly clock?: () => Date;
}

/** A reload that was refused. */
export interface RefusedReload {
  readonly at: Date;
  /** What it was refused for; none when it was no `ConfigError`, whose `message` then tells. Never a secret. */
  readonly problems: readonly ConfigProblem[];
  readonly message: string;
}

export interface SettingsStatus {
  /** 0 is what the program started with. */
  readonly generation: number;
  /** When the settings in force were loaded. */
  readonly loadedAt: Date;
  /** The latest reload, if it was refused; gone with the next one that is not. */
  readonly lastError?: RefusedReload;
  /** When a reload was refused last, also if all is well since. */
  readonly lastErrorAt?: Date;
  readonly refusedReloads: number;
}

export interface SettingsWatch {
  /** Looks now, as on SIGHUP. */
  reload(): void;
  /** What is in force. */
  current(): LoadedSettings;
  status(): SettingsStatus;
  stop(): void;
}

const DEFAULT_INTERVAL_MS = 1_000;

/**
 * Watches the files that the settings come from by their content, so that mounted secrets, whose links are switched,
 * are seen as well. All or nothing: settings with a problem are reported and not taken; a look that finds the same
 * content again says nothing, `reload` always does.
 */
export function watchSettings(options: WatchSettingsOptions): SettingsWatch {
  const clock = options.clock ?? (() => new Date());
  let current = options.initial;
  /** With that of a refused reload, whose repair has to be seen. */
  let seen = current.contents;
  let status: SettingsStatus = { generation: 0, loadedAt: clock(), refusedReloads: 0 };

  const take = (loaded: LoadedSettings): void => {
    const changed = changedKeys(current.settings, loaded.settings);
    const generation = status.generation + 1;
    if (changed.length > 0) options.onChange({ settings: loaded.settings, loaded, changed, generation });
    const { lastError: _, ...rest } = status;
    status = changed.length > 0 ? { ...rest, generation, loadedAt: clock() } : rest;
    current = loaded;
    seen = loaded.contents;
  };
  const refuse = (error: unknown, contents: FileContents): void => {
    const at = clock();
    const problems = error instanceof ConfigError ? error.problems : [];
    status = {
      ...status,
      lastError: { at, problems, message: messageOf(error) },
      lastErrorAt: at,
      refusedReloads: status.refusedReloads + 1,
    };
    // Files that only the settings in force name are looked at as they are now, so that the same is not refused again.
    const now = [...current.contents.keys()].map((path) => [path, contentAt(path)] as const);
    seen = new Map([...now, ...contents]);
    options.onError(error);
  };
  const reload = (): void => {
    let loaded: LoadedSettings | undefined;
    try {
      loaded = options.load();
      take(loaded);
    } catch (error) {
      refuse(error, loaded?.contents ?? (error instanceof ConfigError ? error.contents : new Map()));
    }
  };
  const timer = setInterval(() => {
    if ([...seen].some(([path, content]) => contentAt(path) !== content)) reload();
  }, options.intervalMs ?? DEFAULT_INTERVAL_MS).unref();

  return {
    reload,
    current: () => current,
    status: () => status,
    stop: () => clearInterval(timer),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
