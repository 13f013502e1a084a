import {
  ConfigError,
  type ConfigProblem,
  describeOrigin,
  type LoadedSettings,
  type Settings,
  watchSettings,
} from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { SettingsProblem, SettingsSource, SettingsStatus } from './settings-source.js';

/** Settings that are read again on SIGHUP and when the content of their files changes. */
export interface WatchedSettings extends SettingsSource {
  /** Begins to hand changes on. What `onChange` throws refuses them. */
  start(onChange: (settings: Settings) => void): void;
  /** Looks now, as on SIGHUP. */
  reload(): void;
  stop(): void;
}

export function createWatchedSettings(options: {
  readonly initial: LoadedSettings;
  /** Reads all settings again, and throws when they must not go live. */
  readonly load: () => LoadedSettings;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly clock?: () => Date;
  /** Milliseconds between looks at the content of the files. */
  readonly intervalMs?: number;
}): WatchedSettings {
  const { logger, clock = () => new Date() } = options;
  let before = options.initial;
  let inForce = options.initial;
  let status: SettingsStatus = { generation: 0, loadedAt: clock(), failures: 0 };
  let watch: ReturnType<typeof watchSettings> | undefined;
  warnOf(options.initial.warnings, logger);

  return {
    configFile: options.initial.configFile,
    warnings: () => inForce.warnings.map(problemOf),
    status: () => status,
    start(onChange) {
      watch ??= watchSettings({
        initial: options.initial,
        ...(options.intervalMs === undefined ? {} : { intervalMs: options.intervalMs }),
        load() {
          before = inForce;
          const loaded = options.load();
          // Also when it is what was in force before: then what was wrong has been put right.
          status = { ...status, lastError: undefined };
          inForce = loaded;
          return loaded;
        },
        onChange({ settings }) {
          onChange(settings);
          status = { ...status, generation: status.generation + 1, loadedAt: clock() };
          warnOf(inForce.warnings, logger);
        },
        onError(error) {
          inForce = before;
          const lastError = { at: clock(), problems: problemsOf(error) };
          status = { ...status, failures: status.failures + 1, lastError };
          logger.error('settings not reloaded; the last good ones stay in force', {
            error,
            problems: lastError.problems,
          });
        },
      });
    },
    reload: () => watch?.reload(),
    stop: () => watch?.stop(),
  };
}

function warnOf(warnings: readonly ConfigProblem[], logger: Pick<Logger, 'warn'>): void {
  for (const warning of warnings) logger.warn('doubtful setting', { ...problemOf(warning) });
}

function problemsOf(error: unknown): readonly SettingsProblem[] {
  if (error instanceof ConfigError) return error.problems.map(problemOf);
  return [{ key: '', message: error instanceof Error ? error.message : String(error), origin: '' }];
}

function problemOf({ key, message, origin }: ConfigProblem): SettingsProblem {
  return { key, message, origin: describeOrigin(origin) };
}
