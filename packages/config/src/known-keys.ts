import { UNSUPPORTED_SETTINGS } from './settings/unsupported.js';
import { fileFormOf, SETTINGS, type SettingDefinition, type SettingKey } from './settings.js';

/** A key that can be set: a setting, or the form of a secret that names its file or directory. */
export interface KnownKey {
  readonly key: string;
  readonly setting: SettingKey;
  /** `file` and `dir`: the key names where the setting is kept. */
  readonly form: 'value' | 'file' | 'dir';
  readonly definition: SettingDefinition;
}

const entries = (Object.entries(SETTINGS) as [SettingKey, SettingDefinition][]).flatMap(
  ([setting, definition]): KnownKey[] => {
    const fileForm = fileFormOf(setting, definition);
    return [
      { key: setting, setting, form: 'value', definition },
      ...(fileForm === undefined
        ? []
        : [
            { key: fileForm, setting, form: fileForm.endsWith('_dir') ? 'dir' : 'file', definition } as const,
          ]),
    ];
  },
);

/** Every key that can be set, by its dotted name. */
export const KNOWN_KEYS: ReadonlyMap<string, KnownKey> = new Map(entries.map((known) => [known.key, known]));

/** Every section, such as `server` and `server.tls`. */
export const SECTIONS: ReadonlySet<string> = new Set(
  entries.flatMap(({ key }) => {
    const names = key.split('.');
    return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'));
  }),
);

/** A part of the reference's configuration that has no counterpart here. */
export interface UnsupportedPart {
  /** The section or key that the reason is about. */
  readonly name: string;
  readonly reason: string;
}

/** The unsupported part that a key or section belongs to, the longest name that fits; undefined when it is none. */
export function unsupportedPart(key: string): UnsupportedPart | undefined {
  const names = key.split('.');
  const exact = unsupported(key);
  if (exact !== undefined) return { name: key, reason: exact };
  for (let length = names.length; length > 0; length -= 1) {
    const name = names.slice(0, length).join('.');
    const reason = unsupported(`${name}.*`);
    if (reason !== undefined) return { name, reason };
  }
  return undefined;
}

function unsupported(name: string): string | undefined {
  return Object.hasOwn(UNSUPPORTED_SETTINGS, name) ? UNSUPPORTED_SETTINGS[name] : undefined;
}
