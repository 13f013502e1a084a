import { formatDuration } from '@stacyvm/duration';
import type { OidcIssuer } from './oidc-issuers/oidc-issuer.js';
import { Secret } from './secret.js';
import { SETTINGS, type SettingDefinition, type SettingKey, type Settings } from './settings.js';

/** A value as it may be shown to anybody: no secret, no password in a URL. */
export type ShownValue =
  | string
  | number
  | boolean
  | null
  | readonly ShownValue[]
  | { readonly [name: string]: ShownValue };

/** The value of a setting as a configuration file would have it, secrets masked. Null: a secret that is not set. */
export function shownValue<Key extends SettingKey>(key: Key, value: Settings[Key]): ShownValue {
  const definition: SettingDefinition = SETTINGS[key];
  if (definition.type === 'duration' && typeof value === 'number') return formatDuration(value);
  if (definition.type === 'policy_files') return (value as Settings['policy.files']).map(({ path }) => path);
  if (definition.type === 'oidc_issuers') return (value as Settings['auth.oidc_issuers']).map(shownIssuer);
  return masked(value);
}

function shownIssuer(issuer: OidcIssuer): ShownValue {
  const fields = Object.entries(issuer).filter(([, member]) => member !== undefined);
  return maskedMap(
    fields.map(([name, member]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      member,
    ]),
  );
}

function masked(value: unknown): ShownValue {
  if (value instanceof Secret) return value.toString();
  if (typeof value === 'string') return withoutPassword(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(masked);
  if (value instanceof Map) return maskedMap([...value]);
  return typeof value === 'object' && value !== null ? maskedMap(Object.entries(value)) : null;
}

function maskedMap(members: readonly (readonly [string, unknown])[]): ShownValue {
  const shown = Object.create(null) as Record<string, ShownValue>;
  for (const [name, member] of members) shown[name] = masked(member);
  return shown;
}

/** Masks user and password in every URL of a text. */
export function withoutPassword(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/?#]*@/gi, '$1[secret]@');
}
