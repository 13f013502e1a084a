import type { OidcIssuer } from './oidc-issuers/oidc-issuer.js';
import type { PolicyFile } from './policies/policy-file.js';
import type { Secret } from './secret.js';
import { AUDIT_SETTINGS } from './settings/audit.js';
import { AUTH_SETTINGS } from './settings/auth.js';
import type { SettingDefinition, SettingDefinitions } from './settings/definition.js';
import { OPERATION_SETTINGS } from './settings/operation.js';
import { POLICY_SETTINGS } from './settings/policy.js';
import { PROVIDER_SETTINGS } from './settings/providers.js';
import { SERVER_SETTINGS } from './settings/server.js';
import { WORKER_SETTINGS } from './settings/worker.js';

export type { SettingDefinition } from './settings/definition.js';

/**
 * Every setting, by its dotted key. The JSON Schema, the environment names, the defaults, the reference in the docs and
 * the types come from here. A `secret` may also be given as `<key>_file`; `secrets` as `<key>_file` with one secret a
 * line; `secrets_by_name` as `<key>_dir` with one file a name.
 */
export const SETTINGS = {
  ...SERVER_SETTINGS,
  ...AUTH_SETTINGS,
  ...OPERATION_SETTINGS,
  ...POLICY_SETTINGS,
  ...AUDIT_SETTINGS,
  ...WORKER_SETTINGS,
  ...PROVIDER_SETTINGS,
} as const satisfies SettingDefinitions;

export type SettingKey = keyof typeof SETTINGS;

type ValueOf<D> = D extends { readonly type: 'string'; readonly enum: readonly (infer E)[] }
  ? E
  : D extends { readonly type: 'string' | 'path' }
    ? string
    : D extends { readonly type: 'integer' | 'duration' }
      ? number
      : D extends { readonly type: 'boolean' }
        ? boolean
        : D extends { readonly type: 'strings' }
          ? readonly string[]
          : D extends { readonly type: 'policy_files' }
            ? readonly PolicyFile[]
            : D extends { readonly type: 'oidc_issuers' }
              ? readonly OidcIssuer[]
              : D extends { readonly type: 'paths_by_name' | 'strings_by_name' }
                ? Readonly<Record<string, string>>
                : D extends { readonly type: 'secret' }
                  ? Secret | undefined
                  : D extends { readonly type: 'secrets' }
                    ? readonly Secret[]
                    : ReadonlyMap<string, Secret>;

/** A program that reads settings. */
export type Program = 'control-plane' | 'worker';

/** The effective configuration by dotted key. Durations are milliseconds; paths are absolute. */
export type Settings = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> };

/** The environment variable of a key: `server.port` is `STACYVM_SERVER_PORT`. */
export function environmentName(key: string): string {
  return `STACYVM_${key.toUpperCase().replaceAll('.', '_')}`;
}

/** The key that names where a secret is kept, such as `auth.api_key_file`; undefined for settings that are no secrets. */
export function fileFormOf(key: string, definition: SettingDefinition): string | undefined {
  if (definition.type === 'secret' || definition.type === 'secrets') return `${key}_file`;
  return definition.type === 'secrets_by_name' ? `${key}_dir` : undefined;
}
