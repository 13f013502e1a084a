/** Something that is wrong, or doubtful, about the settings. Nothing of it is secret. */
export interface SettingsProblem {
  /** The dotted key; empty when it is not about one. */
  readonly key: string;
  readonly message: string;
  /** Where the value comes from, such as `/etc/stacyvm/stacyvm.yaml:12`; empty when that is not known. */
  readonly origin: string;
}

export interface SettingsStatus {
  /** Counts the changes since the start. */
  readonly generation: number;
  /** Since when the settings are as they are. */
  readonly loadedAt: Date;
  /** How often settings were refused since the start. */
  readonly failures: number;
  /** Why what is configured now is not in force; undefined when it is. */
  readonly lastError?: { readonly at: Date; readonly problems: readonly SettingsProblem[] } | undefined;
}

/** Where the settings come from, and how it went to read them. */
export interface SettingsSource {
  readonly configFile: string | undefined;
  /** What is doubtful about the settings that are in force. */
  warnings(): readonly SettingsProblem[];
  status(): SettingsStatus;
}

/** Settings that were given once and are not read again. */
export function fixedSettings(loadedAt: Date): SettingsSource {
  return {
    configFile: undefined,
    warnings: () => [],
    status: () => ({ generation: 0, loadedAt, failures: 0 }),
  };
}
