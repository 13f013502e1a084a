import { formatDuration } from '@stacyvm/duration';
import type { SettingKey } from '../../settings.js';
import { advice, type LintCheck, type Outcome, pass, problem } from '../rule.js';
import { isPlaceholderSecret } from '../secret-strength.js';
import type { LintView } from '../view.js';

const MIN_KEY_BYTES = 32;
const GENERATE = 'generate a key and keep it in a file: openssl rand -base64 48';

/** The three tests of the reference: there, no placeholder, long enough. */
export function strongKey(
  view: LintView,
  key: 'auth.api_key' | 'auth.admin_api_key' | 'auth.worker_signing_key',
  strong: string,
): Outcome {
  const secret = view.settings[key]?.reveal() ?? '';
  if (secret.trim() === '') return problem(`${key} is not set`, `${GENERATE}, and name it as ${key}_file`);
  if (isPlaceholderSecret(secret)) return problem(`${key} is a placeholder`, GENERATE);
  if (Buffer.byteLength(secret) < MIN_KEY_BYTES)
    return problem(`${key} is shorter than ${MIN_KEY_BYTES} bytes`, GENERATE);
  return pass(strong);
}

const OIDC_KEYS: readonly SettingKey[] = [
  'auth.oidc_issuer',
  'auth.oidc_audience',
  'auth.oidc_client_ids',
  'auth.oidc_jwks_url',
  'auth.oidc_public_key',
  'auth.oidc_groups_claim',
  'auth.oidc_tenant_claim',
  'auth.oidc_admin_groups',
  'auth.oidc_operator_groups',
  'auth.oidc_viewer_groups',
  'auth.oidc_default_role',
];

/** Who may call the API: whether they must say who they are, and the keys of callers and administrators. */
export const CALLER_CHECKS: readonly LintCheck[] = [
  {
    id: 'auth.enabled',
    demands: 'Every caller must authenticate.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.enabled',
    check: ({ settings }) =>
      settings['auth.enabled']
        ? pass('callers must authenticate')
        : problem(
            'authentication is off: every caller is administrator',
            'set auth.enabled to true, with auth.admin_api_key_file and auth.api_key_file',
          ),
  },
  {
    id: 'auth.api_key',
    demands: 'auth.api_key is set, no placeholder, and at least 32 bytes long.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.api_key',
    check: (view) => strongKey(view, 'auth.api_key', 'the key of callers is set and long enough'),
  },
  {
    id: 'auth.admin_api_key',
    demands: 'auth.admin_api_key is set, no placeholder, and at least 32 bytes long.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.admin_api_key',
    check: (view) =>
      strongKey(view, 'auth.admin_api_key', 'the key of administrators is set and long enough'),
  },
];

/** What the reference checks after the credentials of workers. */
export const ADMINISTRATION_CHECKS: readonly LintCheck[] = [
  {
    id: 'auth.key_separation',
    demands: 'The key of callers and the key of administrators differ.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.admin_api_key',
    check: ({ settings }) => {
      const key = settings['auth.api_key']?.reveal();
      return key !== undefined && key === settings['auth.admin_api_key']?.reveal()
        ? problem(
            'auth.api_key and auth.admin_api_key are the same: every caller is administrator',
            'generate another auth.admin_api_key',
          )
        : pass('callers and administrators do not share a key');
    },
  },
  {
    id: 'auth.admin_fallback_enabled',
    demands: 'The key of callers never stands in for the key of administrators.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.admin_fallback_enabled',
    check: ({ settings }) =>
      settings['auth.admin_fallback_enabled']
        ? problem(
            'auth.api_key administrates while there is no auth.admin_api_key',
            'set auth.admin_fallback_enabled to false',
          )
        : pass('auth.api_key never administrates'),
  },
  {
    id: 'auth.admin_audit_retention',
    demands: 'The audit of administration is pruned after a time.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.admin_audit_retention',
    check: ({ settings }) => {
      const milliseconds = settings['auth.admin_audit_retention'];
      return milliseconds <= 0
        ? problem(
            'the audit of administration has no retention: it is never pruned',
            'set auth.admin_audit_retention, for example to 2160h',
          )
        : pass(`the audit of administration is kept for ${formatDuration(milliseconds)}`);
    },
  },
];

/** What the reference does not look at. */
export const FURTHER_CALLER_CHECKS: readonly LintCheck[] = [
  {
    id: 'auth.enabled_without_credentials',
    demands: 'Where authentication is on there is something to authenticate with.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.enabled',
    check: ({ settings }) => {
      if (!settings['auth.enabled']) return undefined;
      const given = [
        ...(settings['auth.api_key'] === undefined ? [] : ['auth.api_key']),
        ...(settings['auth.admin_api_key'] === undefined ? [] : ['auth.admin_api_key']),
        ...(settings['auth.oidc_enabled'] ? ['OIDC'] : []),
      ];
      return given.length === 0
        ? problem(
            'authentication is on, and nobody can authenticate',
            'set auth.admin_api_key_file, auth.api_key_file or auth.oidc_enabled',
          )
        : pass(`callers authenticate by ${given.join(', ')}`);
    },
  },
  {
    id: 'auth.oidc_ignored',
    demands: 'Nothing is configured for OIDC while it is off.',
    level: 'advice',
    role: 'control-plane',
    key: 'auth.oidc_enabled',
    check: ({ settings, isSet }) => {
      if (settings['auth.oidc_enabled']) return undefined;
      const ignored = OIDC_KEYS.filter(isSet);
      return ignored.length === 0
        ? pass('nothing is configured for OIDC, which is off')
        : advice(
            `OIDC is off, so these settings have no effect: ${ignored.join(', ')}`,
            'set auth.oidc_enabled to true, or remove them',
          );
    },
  },
];
