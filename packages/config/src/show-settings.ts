import type { LoadedSettings } from './load-settings.js';
import type { Origin } from './origin.js';
import { SETTINGS, type SettingKey } from './settings.js';
import { type ShownValue, shownValue } from './shown-value.js';

/** One effective setting, as it may be shown to anybody. */
export interface ShownSetting {
  readonly key: SettingKey;
  /** Secrets are `[secret]`, or null when they are not set; durations are texts. */
  readonly value: ShownValue;
  readonly origin: Origin;
}

/** The effective settings in the order of the reference, secrets masked. */
export function showSettings(loaded: LoadedSettings): readonly ShownSetting[] {
  return (Object.keys(SETTINGS) as SettingKey[]).map((key) => ({
    key,
    value: shownValue(key, loaded.settings[key]),
    origin: loaded.origins[key],
  }));
}
