import type { Settings } from '@stacyvm/config';
import type { Policies } from '@stacyvm/orchestrator';
import type { ReloadedPart } from './settings-reload.js';

/** The rules of all files of `policy.files`. */
export function policiesFromFiles(settings: Settings): Settings['policy.files'][number]['rules'] {
  return settings['policy.files'].flatMap(({ rules }) => rules);
}

/** Puts the rules of files in force with the settings that name them. */
export function createPolicyFiles(policies: Pick<Policies, 'prepareFixed'>): ReloadedPart {
  return { prepare: (settings) => policies.prepareFixed(policiesFromFiles(settings)) };
}
