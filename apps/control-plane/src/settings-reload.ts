import { changedSettings, type SettingKey, type Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';

/** Something that other settings are put in force in. */
export interface ReloadedPart {
  /** Checks the settings and tells how to put them in force, which cannot fail. */
  prepare(settings: Settings): () => void;
}

export interface SettingsReload {
  /** The settings that are in force: what needs a restart is as it was at the start. */
  current(): Settings;
  /** What has another value now than at the start, and needs a restart to be in force. */
  restartRequired(): readonly SettingKey[];
  /** Puts other settings in force, all or none. @throws what a part objects to; the ones before stay in force then */
  reload(settings: Settings): void;
}

const PROGRAM = 'control-plane';

export function createSettingsReload(options: {
  readonly initial: Settings;
  readonly parts: readonly ReloadedPart[];
  readonly logger: Logger;
}): SettingsReload {
  const { initial, logger } = options;
  let last = initial;
  let current = initial;
  return {
    current: () => current,
    restartRequired: () => changedSettings(initial, last, PROGRAM).restart,
    reload(settings) {
      const commits = options.parts.map((part) => part.prepare(settings));
      for (const commit of commits) commit();
      const { live } = changedSettings(last, settings, PROGRAM);
      last = settings;
      current = withLive(initial, settings);
      const waiting = changedSettings(initial, settings, PROGRAM).restart;
      if (live.length > 0) logger.info('settings reloaded', { changed: live });
      if (waiting.length > 0) logger.warn('changed settings need a restart', { changed: waiting });
    },
  };
}

function withLive(initial: Settings, settings: Settings): Settings {
  const { live } = changedSettings(initial, settings, PROGRAM);
  return {
    ...initial,
    ...(Object.fromEntries(live.map((key) => [key, settings[key]])) as Partial<Settings>),
  };
}
