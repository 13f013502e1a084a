import type { SettingKey } from '../../settings.js';
import { advice, type LintCheck, type Outcome, pass, problem } from '../rule.js';
import { counted } from '../shown.js';
import type { LintView } from '../view.js';
import { strongKey } from './callers.js';

/** How workers prove who they are; the first that is configured decides which rules hold. */
type Identity = 'signed' | 'verified-only' | 'static-by-worker' | 'static-shared' | 'none';

function identityOf(view: LintView): Identity {
  const { settings } = view;
  if (settings['auth.worker_signing_key'] !== undefined) return 'signed';
  if (settings['auth.worker_signing_keys'].length > 0) return 'verified-only';
  if (countTokensOfWorkers(view) > 0) return 'static-by-worker';
  return settings['auth.worker_token'] === undefined ? 'none' : 'static-shared';
}

function countTokensOfWorkers({ settings }: LintView): number {
  return settings['auth.worker_tokens'].size;
}

const fileBacked = (view: LintView, key: SettingKey, name: string): Outcome =>
  view.isFileBacked(key)
    ? pass(`${name} comes from a file`)
    : advice(`${name} stands in the configuration itself`, `put it into a file and name it as ${key}_file`);

const signingKey = {
  id: 'auth.worker_signing_key',
  demands: 'The key that signs worker tokens is set, no placeholder, and at least 32 bytes long.',
  level: 'problem',
  role: 'both',
  key: 'auth.worker_signing_key',
} as const;
const revokedIds = {
  id: 'auth.worker_revoked_token_ids',
  demands: 'Revoked token ids are configured only where tokens are signed.',
  level: 'advice',
  role: 'both',
  key: 'auth.worker_revoked_token_ids',
} as const;
const sharedTokenFile = {
  id: 'auth.worker_token_file',
  demands: 'A static token that workers share comes from a file.',
  level: 'advice',
  role: 'both',
  key: 'auth.worker_token',
} as const;
const workerTokens = {
  id: 'auth.worker_tokens',
  demands: 'Each worker has a credential of its own.',
  level: 'advice',
  role: 'both',
  key: 'auth.worker_tokens',
} as const;

const SIGNED_CHECKS: readonly LintCheck[] = [
  {
    ...signingKey,
    check: (view) => strongKey(view, 'auth.worker_signing_key', 'worker tokens are signed by a strong key'),
  },
  {
    id: 'auth.worker_signing_key_file',
    demands: 'The key that signs worker tokens comes from a file.',
    level: 'advice',
    role: 'both',
    key: 'auth.worker_signing_key',
    check: (view) => fileBacked(view, 'auth.worker_signing_key', 'the signing key'),
  },
  {
    id: 'auth.worker_signing_keys',
    demands: 'The keys that only verify are neither the active key nor twice the same.',
    level: 'advice',
    role: 'both',
    key: 'auth.worker_signing_keys',
    check: ({ settings }) => {
      const keys = settings['auth.worker_signing_keys'].map((secret) => secret.reveal().trim());
      if (keys.length === 0) return undefined;
      if (keys.includes(settings['auth.worker_signing_key']?.reveal().trim() ?? ''))
        return advice('the keys that only verify repeat the active key', 'leave the active key out of them');
      return new Set(keys).size < keys.length
        ? advice('the keys that only verify hold one of them twice', 'leave the second one out')
        : pass(`${counted(keys.length, 'further key')} only verify`);
    },
  },
  {
    ...revokedIds,
    check: ({ settings }) => {
      const count = settings['auth.worker_revoked_token_ids'].length;
      return count === 0 ? undefined : pass(`${counted(count, 'token id')} revoked by the configuration`);
    },
  },
  {
    id: 'auth.worker_token',
    demands: 'No shared static token is left where tokens are signed.',
    level: 'advice',
    role: 'both',
    key: 'auth.worker_token',
    check: ({ settings }) =>
      settings['auth.worker_token'] === undefined
        ? undefined
        : advice(
            'a shared static token is left beside signed tokens',
            'remove auth.worker_token when every worker has moved',
          ),
  },
  {
    ...sharedTokenFile,
    check: (view) =>
      view.settings['auth.worker_token'] === undefined
        ? undefined
        : fileBacked(view, 'auth.worker_token', 'the shared static token'),
  },
  {
    ...workerTokens,
    check: (view) => {
      const count = countTokensOfWorkers(view);
      return count === 0
        ? undefined
        : advice(
            `${counted(count, 'static token')} of single workers left beside signed tokens`,
            'remove auth.worker_tokens when every worker has moved',
          );
    },
  },
];

/** For the three ways without a signing key at all. */
const revokedWithoutSignatures: LintCheck = {
  ...revokedIds,
  check: ({ settings }) =>
    settings['auth.worker_revoked_token_ids'].length === 0
      ? undefined
      : advice(
          'revoked token ids have no effect without signed tokens',
          'set auth.worker_signing_key_file, or remove auth.worker_revoked_token_ids',
        ),
};

const CHECKS_BY_IDENTITY: Readonly<Record<Identity, readonly LintCheck[]>> = {
  signed: SIGNED_CHECKS,
  'verified-only': [
    {
      ...signingKey,
      check: () =>
        problem(
          'there are keys that verify worker tokens, and none that signs',
          'set auth.worker_signing_key_file',
        ),
    },
    revokedWithoutSignatures,
  ],
  'static-by-worker': [
    revokedWithoutSignatures,
    {
      ...workerTokens,
      check: (view) =>
        pass(`${counted(countTokensOfWorkers(view), 'worker')} with a static token of its own`),
    },
  ],
  'static-shared': [
    revokedWithoutSignatures,
    {
      ...workerTokens,
      check: () =>
        advice(
          'all workers share one static token',
          'set auth.worker_signing_key_file and enrol each worker by a join token',
        ),
    },
    {
      ...sharedTokenFile,
      check: (view) => fileBacked(view, 'auth.worker_token', 'the shared static token'),
    },
  ],
  none: [
    revokedWithoutSignatures,
    {
      ...workerTokens,
      check: (view) =>
        hasOwnCredential(view)
          ? pass('the worker has a credential of its own in a file')
          : advice(
              'there are no credentials of workers: none can join',
              'set auth.worker_signing_key_file and enrol each worker by a join token',
            ),
    },
  ],
};

/** What a worker presents without any of the keys; a control plane has no use for it. */
function hasOwnCredential({ role, settings }: LintView): boolean {
  const files = [settings['worker.token_file'], settings['worker.join_token_file']];
  return role === 'worker' && files.some((path) => path !== '');
}

/** How workers prove who they are. Which of the checks hold depends on what is configured. */
export const WORKER_CREDENTIAL_CHECKS: readonly LintCheck[] = Object.entries(CHECKS_BY_IDENTITY).flatMap(
  ([identity, checks]) =>
    checks.map((check) => ({
      ...check,
      check: (view: LintView) => (identityOf(view) === identity ? check.check(view) : undefined),
    })),
);

const hasStaticTokens = ({ settings }: LintView): boolean =>
  settings['auth.worker_token'] !== undefined || settings['auth.worker_tokens'].size > 0;

const verifiesSignatures = ({ settings }: LintView): boolean =>
  settings['auth.worker_signing_key'] !== undefined || settings['auth.worker_signing_keys'].length > 0;

/** What the reference does not look at. */
export const FURTHER_WORKER_CREDENTIAL_CHECKS: readonly LintCheck[] = [
  {
    id: 'auth.worker_token_profile',
    demands: 'Worker tokens must carry every claim.',
    level: 'problem',
    role: 'both',
    key: 'auth.worker_token_profile',
    check: ({ settings }) =>
      settings['auth.worker_token_profile'] === 'compatible'
        ? problem(
            'worker tokens without an id or an audience are accepted: they cannot be revoked one by one, and pass at either side',
            'set auth.worker_token_profile to strict when no worker of the reference implementation is left',
          )
        : pass('worker tokens must carry every claim'),
  },
  {
    id: 'auth.worker_key_scope',
    demands: 'Workers sign with keys of their own, never with the master key.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.worker_key_scope',
    check: (view) => {
      if (!verifiesSignatures(view)) return undefined;
      return view.settings['auth.worker_key_scope'] === 'any'
        ? problem(
            'workers may sign with the master key: whoever breaks into one can be any of them',
            'give each worker its derived key (join tokens do), then set auth.worker_key_scope to derived',
          )
        : pass('workers sign with keys of their own');
    },
  },
  {
    id: 'auth.worker_token_binding',
    demands: 'Where worker tokens must be bound to client certificates, workers can show theirs.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.worker_token_binding',
    check: ({ settings }) => {
      if (settings['auth.worker_token_binding'] !== 'required') return undefined;
      if (!settings['server.tls.enabled'] || settings['server.tls.client_ca_file'].trim() === '') {
        return problem(
          'worker tokens must be bound to client certificates that no worker is asked for: every worker is refused',
          'set server.tls.enabled and server.tls.client_ca_file, or auth.worker_token_binding to when_presented',
        );
      }
      return pass('worker tokens are good with the client certificate of their worker alone');
    },
  },
  {
    id: 'auth.worker_token_certificate',
    demands: 'A worker whose tokens must be bound has a client certificate.',
    level: 'problem',
    role: 'worker',
    key: 'auth.worker_token_binding',
    check: ({ settings }) => {
      if (settings['auth.worker_token_binding'] !== 'required') return undefined;
      if (!settings['worker.rpc_tls.enabled']) {
        return problem(
          'the tokens of calls must be bound to client certificates, and calls come in clear: every call is refused',
          'set worker.rpc_tls.enabled with its certificates, or auth.worker_token_binding to when_presented',
        );
      }
      return settings['worker.control_plane_client_cert_file'].trim() === ''
        ? problem(
            'the tokens of the worker must be bound to a client certificate that it does not have',
            'set worker.control_plane_client_cert_file and its key, or auth.worker_token_binding to when_presented',
          )
        : pass('the tokens of the worker are bound to its client certificate');
    },
  },
  {
    id: 'auth.worker_token_migration',
    demands: 'Static worker tokens are on their way out, or gone.',
    level: 'problem',
    role: 'control-plane',
    key: 'auth.worker_token_migration',
    check: (view) => {
      if (!hasStaticTokens(view)) return undefined;
      const migration = view.settings['auth.worker_token_migration'];
      const remove = 'remove auth.worker_token and auth.worker_tokens';
      if (migration === 'strict')
        return problem('static worker tokens are left that nobody accepts any more', remove);
      if (migration === 'warn') return pass('the use of static worker tokens is logged');
      return verifiesSignatures(view)
        ? problem(
            'static worker tokens are left beside signed ones, and their use is not logged',
            `set auth.worker_token_migration to warn, move the workers that are logged, then ${remove}`,
          )
        : advice(
            'workers prove who they are by static tokens, which never expire',
            'set auth.worker_signing_key_file and auth.worker_token_migration: warn, and enrol the workers anew',
          );
    },
  },
];
