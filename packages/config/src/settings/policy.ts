import type { SettingDefinitions } from './definition.js';

/** What may be used, beside what the API is told. */
export const POLICY_SETTINGS = {
  'policy.files': {
    type: 'policy_files',
    default: [],
    readBy: 'control-plane',
    live: true,
    doc: 'YAML files of resource policies, which the API cannot change; docs/policies.md describes them.',
  },
} as const satisfies SettingDefinitions;
