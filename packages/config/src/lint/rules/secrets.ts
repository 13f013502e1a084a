import type { SettingKey } from '../../settings.js';
import { type LintCheck, type Outcome, pass, problem } from '../rule.js';
import {
  isPlaceholderSecret,
  KEY_STRENGTH,
  PASSWORD_STRENGTH,
  type StrengthDemand,
  weaknessOf,
} from '../secret-strength.js';
import { counted, shown } from '../shown.js';
import type { LintView } from '../view.js';
import { passwordOf } from './database.js';

interface NamedSecret {
  readonly key: SettingKey;
  /** Names the secret for people. */
  readonly name: string;
  readonly text: string;
  readonly isPlaceholder: boolean;
  readonly demand: StrengthDemand;
  /** The reference has a rule of its own for its length and for placeholders. */
  readonly hasOwnRule: boolean;
}

const SINGLE = [
  ['auth.api_key', true],
  ['auth.admin_api_key', true],
  ['auth.worker_signing_key', true],
  ['auth.worker_token', false],
] as const;

const COLLECTED = new WeakMap<LintView, readonly NamedSecret[]>();

/** Every secret that the program of this role reads, collected once a lint. A public key is none. */
function secretsOf(view: LintView): readonly NamedSecret[] {
  const collected = COLLECTED.get(view) ?? collectSecrets(view);
  COLLECTED.set(view, collected);
  return collected;
}

function collectSecrets(view: LintView): readonly NamedSecret[] {
  const { settings } = view;
  const key = (name: string, of: SettingKey, text: string, hasOwnRule = false): NamedSecret => ({
    key: of,
    name,
    text: text.trim(),
    isPlaceholder: isPlaceholderSecret(text),
    demand: KEY_STRENGTH,
    hasOwnRule,
  });
  const password = passwordOf(view);
  const all = [
    ...SINGLE.flatMap(([of, hasOwnRule]) => {
      const secret = settings[of];
      return secret === undefined ? [] : [key(of, of, secret.reveal(), hasOwnRule)];
    }),
    ...settings['auth.worker_signing_keys'].map((secret, index) =>
      key(`number ${index + 1} of auth.worker_signing_keys`, 'auth.worker_signing_keys', secret.reveal()),
    ),
    ...[...settings['auth.worker_tokens']].map(([worker, secret]) =>
      key(`the static token of worker ${shown(worker)}`, 'auth.worker_tokens', secret.reveal()),
    ),
    ...(password === undefined
      ? []
      : [{ ...key('the password in database.dsn', 'database.dsn', password), demand: PASSWORD_STRENGTH }]),
  ];
  return all.filter((secret) => view.reads(secret.key));
}

const STRONG = 'generate one at random and keep it in a file: openssl rand -base64 48';

const each =
  (wrong: (secret: NamedSecret) => string | undefined, right: string) =>
  (view: LintView): Outcome | readonly Outcome[] | undefined => {
    const secrets = secretsOf(view);
    const found = secrets.flatMap((secret) => {
      const reason = wrong(secret);
      return reason === undefined
        ? []
        : [problem(`${secret.name} ${reason}`, STRONG, { key: secret.key, origin: view.origin(secret.key) })];
    });
    if (found.length > 0) return found;
    return secrets.length === 0 ? undefined : pass(`${counted(secrets.length, 'secret')} ${right}`);
  };

/** Every secret, not just those that the reference looks at. */
export const SECRET_CHECKS: readonly LintCheck[] = [
  {
    id: 'secret.placeholder',
    demands: 'No secret is one that stands in examples.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: each(
      ({ hasOwnRule, isPlaceholder }) => (!hasOwnRule && isPlaceholder ? 'is a placeholder' : undefined),
      'looked at, none a placeholder',
    ),
  },
  {
    id: 'secret.weak',
    demands: 'Every secret is long, and looks like one that was drawn at random.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: each(({ demand, hasOwnRule, isPlaceholder, text }) => {
      if (isPlaceholder) return undefined;
      return hasOwnRule && Buffer.byteLength(text) < demand.minBytes ? undefined : weaknessOf(text, demand);
    }, 'looked at, none easy to guess'),
  },
  {
    id: 'secret.reused',
    demands: 'Every secret opens one door.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: reused,
  },
  {
    id: 'secret.file_mode',
    demands: 'Files of secrets and private keys are readable by their owner only.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: fileModes,
  },
];

/** Pairs that the reference has a rule for: the two API keys, and signing keys among each other. */
function hasRuleOfItsOwn(a: NamedSecret, b: NamedSecret): boolean {
  const isSigning = ({ key }: NamedSecret) => key.startsWith('auth.worker_signing_key');
  const isApi = ({ key }: NamedSecret) => key === 'auth.api_key' || key === 'auth.admin_api_key';
  return (isSigning(a) && isSigning(b)) || (isApi(a) && isApi(b));
}

function reused(view: LintView): Outcome | readonly Outcome[] | undefined {
  const secrets = secretsOf(view);
  const first = new Map<string, NamedSecret>();
  const found: Outcome[] = [];
  for (const secret of secrets) {
    const other = first.get(secret.text);
    if (other === undefined) first.set(secret.text, secret);
    else if (!hasRuleOfItsOwn(other, secret))
      found.push(
        problem(`${secret.name} is the same as ${other.name}`, 'generate another one', { key: secret.key }),
      );
  }
  if (found.length > 0) return found;
  return secrets.length < 2 ? undefined : pass(`${secrets.length} secrets, no two the same`);
}

function fileModes({ reads, warnings }: LintView): Outcome | readonly Outcome[] {
  const found = warnings.filter(({ code, key }) => code === 'secret_readable_by_others' && reads(key));
  return found.length === 0
    ? pass('no file of a secret is readable by others')
    : found.map(({ key, origin, message }) =>
        problem(message, 'chmod 600, owned by the user that runs the program', { key, origin }),
      );
}
