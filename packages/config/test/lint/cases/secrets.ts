import { strongSecret } from '../configuration.js';
import type { RuleCase } from '../rule-case.js';

const dsn = (password: string) => ({
  'database.dsn': `postgres://stacyvm:${encodeURIComponent(password)}@db.mycompany.net/stacyvm?sslmode=verify-full`,
});
const token = (text: string) => ({ 'auth.worker_token': text });

const PLACES: readonly (readonly [string, (text: string) => Readonly<Record<string, unknown>>, string])[] = [
  ['the shared token', token, 'auth.worker_token'],
  [
    'a token of one worker',
    (text) => ({ 'auth.worker_tokens': { 'worker-a': strongSecret('a'), 'worker-b': text } }),
    'auth.worker_tokens',
  ],
  [
    'a key that verifies',
    (text) => ({ 'auth.worker_signing_keys': [strongSecret('a'), text] }),
    'auth.worker_signing_keys',
  ],
  ['the password of the database', dsn, 'database.dsn'],
];

/** Long enough, and weak. */
const WEAK: readonly (readonly [string, string, RegExp])[] = [
  ['one character', 'a'.repeat(40), /few different/],
  ['seven characters', 'abcdefg7'.slice(1).repeat(6), /few different/],
  ['a repetition', 'Xk9$mQ2z'.repeat(5), /repetitions/],
  ['the keyboard', 'qwertyuiopasdfghjklzxcvbnm1234567890', /keyboard/],
  ['the keyboard backwards', 'poiuytrewqlkjhgfdsamnbvcxz0987654321', /keyboard/],
  ['the alphabet', 'abcdefghijklmnopqrstuvwxyz0123456789', /keyboard/],
  ['known words', 'StacyvmProductionWorkerTokenSecret2026', /known words/],
  ['words and years', 'the-super-secret-production-password-2024!', /words|entropy/],
  ['few words', 'purple-elephant-dances-quietly-tonight', /few words/],
  ['few words with capitals', 'Purple Elephant Dances Quietly Tonight', /few words/],
  ['digits in order', '123456789012345678901234567890123456', /keyboard/],
];

const STRONG: readonly (readonly [string, string])[] = [
  ['openssl rand -base64 48', 'uYxZ0cO3Wn7vQm1rTgK8bHsLdPeJfRiXaAyUqE6tNlCzV5oBk2DwSMhGjI4p9F+/'],
  ['openssl rand -hex 32', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ['openssl rand -hex 16', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a uuid', '3f2b8c1e-9a47-4d6b-8e05-71c2f9d0ab34'],
  ['eight words by dice', 'gravel-onyx-mullet-hexagon-plumber-quarry-tundra-vivid'],
  ['32 digits', '70493816529384017265930481726593'],
];

const named = (when: string, text: string) => `${when} (${text.length} characters)`;

/** How hard the secrets are to guess, and who else knows them. */
export const SECRET_CASES: readonly RuleCase[] = [
  ...['secret.placeholder', 'secret.weak', 'secret.reused'].map(
    (rule): RuleCase => ({ rule, when: 'no secrets', says: 'silent' }),
  ),
  ...PLACES.flatMap(([place, of, key]): readonly RuleCase[] => [
    {
      rule: 'secret.placeholder',
      when: `${place} is change-me`,
      says: 'problem',
      settings: of('change-me-change-me-change-me-change-me'),
      key,
    },
    { rule: 'secret.placeholder', when: `${place} is strong`, says: 'note', settings: of(strongSecret('x')) },
    {
      rule: 'secret.weak',
      when: `${place} is short`,
      says: 'problem',
      settings: of(strongSecret('x').slice(0, 15)),
      message: /is shorter than \d\d bytes/,
      key,
    },
    {
      rule: 'secret.weak',
      when: `${place} is a row of keys`,
      says: 'problem',
      settings: of('qwertyuiopasdfghjklzxcvbnm1234567890'),
      key,
    },
    { rule: 'secret.weak', when: `${place} is strong`, says: 'note', settings: of(strongSecret('x')) },
    {
      rule: 'secret.reused',
      when: `${place} is the admin key`,
      says: 'problem',
      settings: { ...of(strongSecret('x')), 'auth.admin_api_key': strongSecret('x') },
    },
  ]),
  {
    rule: 'secret.weak',
    when: 'a password of 16 characters',
    says: 'note',
    settings: dsn('kX7$vQ2mZp9!rTgL'),
  },
  {
    rule: 'secret.weak',
    when: 'a connection without a password',
    says: 'silent',
    settings: { 'database.dsn': 'postgres:///stacyvm' },
  },
  ...(['auth.api_key', 'auth.admin_api_key', 'auth.worker_signing_key'] as const).flatMap(
    (key): readonly RuleCase[] => [
      {
        rule: 'secret.weak',
        when: `${key} is words`,
        says: 'problem',
        settings: { [key]: 'StacyvmProductionWorkerTokenSecret2026' },
        key,
      },
      {
        rule: 'secret.weak',
        when: `${key} is short, which has a rule of its own`,
        says: 'note',
        settings: { [key]: 'abc' },
      },
      {
        rule: 'secret.placeholder',
        when: `${key} is a placeholder, which has a rule of its own`,
        says: 'note',
        settings: { [key]: 'change-me' },
      },
    ],
  ),
  ...WEAK.map(
    ([when, text, message]): RuleCase => ({
      rule: 'secret.weak',
      when: named(when, text),
      says: 'problem',
      settings: token(text),
      message,
    }),
  ),
  ...STRONG.map(
    ([when, text]): RuleCase => ({
      rule: 'secret.weak',
      when: named(when, text),
      says: 'note',
      settings: token(text),
    }),
  ),
  {
    rule: 'secret.weak',
    when: 'read by the other program',
    says: 'silent',
    settings: { 'auth.api_key': 'StacyvmProductionWorkerTokenSecret2026' },
    options: { role: 'worker' },
  },
  {
    rule: 'secret.reused',
    when: 'a signing key that is an api key',
    says: 'problem',
    settings: { 'auth.api_key': strongSecret('x'), 'auth.worker_signing_key': strongSecret('x') },
    message: /auth\.worker_signing_key is the same as auth\.api_key/,
  },
  {
    rule: 'secret.reused',
    when: 'one static token for two workers',
    says: 'problem',
    settings: { 'auth.worker_tokens': { a: strongSecret('x'), b: strongSecret('x') } },
    message: /worker b is the same as the static token of worker a/,
  },
  {
    rule: 'secret.reused',
    when: 'a shared token that is the signing key',
    says: 'problem',
    settings: { ...token(strongSecret('x')), 'auth.worker_signing_key': strongSecret('x') },
  },
  {
    rule: 'secret.reused',
    when: 'the two api keys, which have a rule of their own',
    says: 'note',
    settings: { 'auth.api_key': strongSecret('x'), 'auth.admin_api_key': strongSecret('x') },
  },
  {
    rule: 'secret.reused',
    when: 'signing keys, which have a rule of their own',
    says: 'note',
    settings: {
      'auth.worker_signing_key': strongSecret('x'),
      'auth.worker_signing_keys': [strongSecret('x')],
    },
  },
  {
    rule: 'secret.reused',
    when: 'all different',
    says: 'note',
    settings: { ...token(strongSecret('y')), 'auth.api_key': strongSecret('x') },
  },
  {
    rule: 'secret.file_mode',
    when: 'for the owner',
    says: 'note',
    settings: { 'auth.api_key_file': 'key' },
    files: { key: strongSecret('x') },
  },
  ...[0o640, 0o604].map(
    (mode): RuleCase => ({
      rule: 'secret.file_mode',
      when: `a secret file of mode ${mode.toString(8)}`,
      says: 'problem',
      settings: { 'auth.api_key_file': 'key' },
      files: { key: strongSecret('x') },
      mode,
      message: new RegExp(`0${mode.toString(8)}`),
    }),
  ),
  {
    rule: 'secret.file_mode',
    when: 'a private key of mode 644',
    says: 'problem',
    settings: { 'server.tls.cert_file': 'cert', 'server.tls.key_file': 'key' },
    files: { cert: 'x', key: 'x' },
    mode: 0o644,
    key: 'server.tls.key_file',
  },
  {
    rule: 'secret.file_mode',
    when: 'a secret in a configuration of mode 644',
    says: 'problem',
    settings: { 'auth.api_key': strongSecret('x') },
    mode: 0o644,
  },
  {
    rule: 'secret.file_mode',
    when: 'read by the other program',
    says: 'note',
    settings: { 'auth.api_key_file': 'key' },
    files: { key: strongSecret('x') },
    mode: 0o644,
    options: { role: 'worker' },
  },
];
