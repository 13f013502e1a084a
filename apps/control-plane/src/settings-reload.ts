import { SETTINGS, Secret, type SettingDefinition, type SettingKey, type Settings } from '@stacyvm/config';
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
    restartRequired: () => changedKeys(initial, last).restart,
    reload(settings) {
      const commits = options.parts.map((part) => part.prepare(settings));
      for (const commit of commits) commit();
      const { live } = changedKeys(last, settings);
      last = settings;
      current = withLive(initial, settings);
      const waiting = changedKeys(initial, settings).restart;
      if (live.length > 0) logger.info('settings reloaded', { changed: live });
      if (waiting.length > 0) logger.warn('changed settings need a restart', { changed: waiting });
    },
  };
}

function withLive(initial: Settings, settings: Settings): Settings {
  const live = KEYS.filter(isLive).map((key) => [key, settings[key]]);
  return { ...initial, ...(Object.fromEntries(live) as Partial<Settings>) };
}

const KEYS = Object.keys(SETTINGS) as SettingKey[];

function isLive(key: SettingKey): boolean {
  return (SETTINGS[key] as SettingDefinition).live === true;
}

function changedKeys(
  before: Settings,
  after: Settings,
): { readonly live: readonly SettingKey[]; readonly restart: readonly SettingKey[] } {
  const changed = KEYS.filter((key) => SETTINGS[key].readBy !== 'worker' && !isSame(before[key], after[key]));
  return { live: changed.filter(isLive), restart: changed.filter((key) => !isLive(key)) };
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([name, member]) => isSame(member, b.get(name)));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((member, index) => isSame(member, b[index]));
  }
  return a === b || (!(a instanceof Secret) && JSON.stringify(a) === JSON.stringify(b));
}
