import {
  type ConfigProblem,
  describeOrigin,
  describeProblem,
  type LoadedSettings,
  type RefusedReload,
  type Settings,
  watchSettings,
} from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import { fixedSettings, type SettingsProblem, type SettingsSource } from './settings-source.js';

/** Settings that are read again on SIGHUP and when the content of their files changes. */
export interface WatchedSettings extends SettingsSource {
  /** Begins to hand changes on. What `onChange` throws refuses them. */
  start(onChange: (settings: Settings) => void): void;
  /** Looks now, as on SIGHUP. */
  reload(): void;
  stop(): void;
}

/** Says what is doubtful about the settings at once, and again whenever they change. */
export function createWatchedSettings(options: {
  readonly initial: LoadedSettings;
  /** Reads all settings again, and throws when they must not go live. */
  readonly load: () => LoadedSettings;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}): WatchedSettings {
  const { initial, load, logger } = options;
  const untilStart = fixedSettings(new Date());
  let watch: ReturnType<typeof watchSettings> | undefined;
  warnOf(initial, logger);

  return {
    configFile: initial.configFile,
    warnings: () => (watch?.current() ?? initial).warnings.map(problemOf),
    status() {
      if (watch === undefined) return untilStart.status();
      const { generation, loadedAt, refusedReloads, lastError } = watch.status();
      return {
        generation,
        loadedAt,
        failures: refusedReloads,
        ...(lastError === undefined
          ? {}
          : { lastError: { at: lastError.at, problems: problemsOf(lastError) } }),
      };
    },
    start(onChange) {
      watch ??= watchSettings({
        initial,
        load,
        onChange({ settings, loaded }) {
          onChange(settings);
          warnOf(loaded, logger);
        },
        onError: (error) =>
          logger.error('settings not reloaded; the last good ones stay in force', { error }),
      });
    },
    reload: () => watch?.reload(),
    stop: () => watch?.stop(),
  };
}

function warnOf({ warnings }: LoadedSettings, logger: Pick<Logger, 'warn'>): void {
  for (const warning of warnings) logger.warn('configuration', { problem: describeProblem(warning) });
}

function problemsOf({ problems, message }: RefusedReload): readonly SettingsProblem[] {
  return problems.length > 0 ? problems.map(problemOf) : [{ key: '', message, origin: '' }];
}

function problemOf({ key, message, origin }: ConfigProblem): SettingsProblem {
  return { key, message, origin: describeOrigin(origin) };
}
