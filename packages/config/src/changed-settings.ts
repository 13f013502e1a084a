import { createHash } from 'node:crypto';
import { Secret } from './secret.js';
import { type Program, SETTINGS, type SettingKey, type Settings } from './settings.js';

/** The keys of changed settings, in the order of their names; never a value. */
export interface ChangedSettings {
  /** They take effect while the program runs. */
  readonly live: readonly SettingKey[];
  /** They take effect with the next start. */
  readonly restart: readonly SettingKey[];
}

/** Tells which settings that a program reads differ. */
export function changedSettings(before: Settings, after: Settings, program: Program): ChangedSettings {
  const changed = changedKeys(before, after).filter((key) => isReadBy(key, program));
  return {
    live: changed.filter((key) => isLive(key)),
    restart: changed.filter((key) => !isLive(key)),
  };
}

/** All keys whose values differ, in the order of their names. */
export function changedKeys(before: Settings, after: Settings): readonly SettingKey[] {
  return (Object.keys(SETTINGS) as SettingKey[])
    .filter((key) => fingerprint(before[key]) !== fingerprint(after[key]))
    .sort();
}

function isReadBy(key: SettingKey, program: Program): boolean {
  const { readBy } = SETTINGS[key];
  return readBy === 'both' || readBy === program;
}

function isLive(key: SettingKey): boolean {
  return 'live' in SETTINGS[key];
}

/** Equal for equal values. Maps count by their members, whatever the order in which they were read. */
function fingerprint(value: unknown): string {
  if (value instanceof Secret) return createHash('sha256').update(value.reveal()).digest('hex');
  if (value instanceof Map) return fingerprint(Object.fromEntries(value));
  if (Array.isArray(value)) return `[${value.map(fingerprint).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${fingerprint(member)}`,
  );
  return `{${members.sort().join()}}`;
}
