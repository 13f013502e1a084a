import { changedSettings, type Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';

/** Something that other settings are put in force in. */
export interface ReloadedPart {
  /** Checks the settings and tells how to put them in force, which cannot fail. */
  prepare(settings: Settings): () => void;
}

export interface SettingsReload {
  /** The settings that are in force, as far as they are live. */
  current(): Settings;
  /** Puts other settings in force, all or none. @throws what a part objects to; the ones before stay in force then */
  reload(settings: Settings): void;
}

export function createSettingsReload(options: {
  readonly initial: Settings;
  readonly parts: readonly ReloadedPart[];
  readonly logger: Logger;
}): SettingsReload {
  const { logger } = options;
  let current = options.initial;
  return {
    current: () => current,
    reload(settings) {
      const commits = options.parts.map((part) => part.prepare(settings));
      for (const commit of commits) commit();
      const { live, restart } = changedSettings(current, settings, 'control-plane');
      current = settings;
      if (live.length > 0) logger.info('settings reloaded', { changed: live });
      if (restart.length > 0) logger.warn('changed settings need a restart', { changed: restart });
    },
  };
}
