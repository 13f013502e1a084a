import { SETTINGS, Secret, type SettingKey, type Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';

/** Settings that take effect while the control plane runs. */
const LIVE: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'auth.api_key',
  'auth.admin_api_key',
  'auth.worker_token',
  'auth.worker_tokens',
  'auth.worker_token_migration',
  'auth.worker_token_issue_limit',
  'auth.worker_signing_key',
  'auth.worker_signing_keys',
  'auth.worker_revoked_token_ids',
  'auth.worker_token_profile',
  'auth.worker_key_scope',
  'worker_rpc.allowed_hosts',
  'worker_rpc.allowed_schemes',
]);

/** Sections that a control plane does not read. */
const FOREIGN = /^worker\.|^providers\.(?!default$)/;

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
      const changed = changedKeys(current, settings);
      current = settings;
      const live = changed.filter((key) => LIVE.has(key));
      const waiting = changed.filter((key) => !LIVE.has(key) && !FOREIGN.test(key));
      if (live.length > 0) logger.info('settings reloaded', { changed: live });
      if (waiting.length > 0) logger.warn('changed settings need a restart', { changed: waiting });
    },
  };
}

function changedKeys(before: Settings, after: Settings): readonly SettingKey[] {
  return (Object.keys(SETTINGS) as SettingKey[]).filter((key) => !isSame(before[key], after[key]));
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
