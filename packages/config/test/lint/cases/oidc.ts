import type { RuleCase } from '../rule-case.js';

const OIDC = { 'auth.oidc_enabled': true, 'auth.oidc_issuer': 'https://id.mycompany.net' };
const PEM =
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n';

export const OIDC_CASES: readonly RuleCase[] = [
  { rule: 'auth.oidc_enabled', when: 'false', says: 'note', message: /API keys only/ },
  { rule: 'auth.oidc_enabled', when: 'true', says: 'note', settings: OIDC },
  { rule: 'auth.oidc_issuer', when: 'off', says: 'silent' },
  {
    rule: 'auth.oidc_issuer',
    when: 'not set',
    says: 'problem',
    settings: { 'auth.oidc_enabled': true },
  },
  {
    rule: 'auth.oidc_issuer',
    when: 'set',
    says: 'note',
    settings: OIDC,
    message: /https:\/\/id\.mycompany\.net/,
  },
  { rule: 'auth.oidc_jwks_url', when: 'off', says: 'silent' },
  { rule: 'auth.oidc_jwks_url', when: 'nothing', says: 'problem', settings: OIDC },
  {
    rule: 'auth.oidc_jwks_url',
    when: 'set',
    says: 'note',
    settings: { ...OIDC, 'auth.oidc_jwks_url': 'https://id.mycompany.net/jwks' },
    message: /\/jwks/,
  },
  {
    rule: 'auth.oidc_jwks_url',
    when: 'a public key instead',
    says: 'silent',
    settings: { ...OIDC, 'auth.oidc_public_key': PEM },
  },
  { rule: 'auth.oidc_public_key', when: 'off', says: 'silent' },
  {
    rule: 'auth.oidc_public_key',
    when: 'inline',
    says: 'note',
    settings: { ...OIDC, 'auth.oidc_public_key': PEM },
    message: /in the configuration/,
  },
  {
    rule: 'auth.oidc_public_key',
    when: 'from a file',
    says: 'note',
    settings: { ...OIDC, 'auth.oidc_public_key_file': 'key.pem' },
    files: { 'key.pem': PEM },
    message: /by a file/,
  },
  {
    rule: 'auth.oidc_public_key_file',
    when: 'inline',
    says: 'advice',
    settings: { ...OIDC, 'auth.oidc_public_key': PEM },
  },
  {
    rule: 'auth.oidc_public_key_file',
    when: 'from a file',
    says: 'silent',
    settings: { ...OIDC, 'auth.oidc_public_key_file': 'key.pem' },
    files: { 'key.pem': PEM },
  },
  { rule: 'auth.oidc_audience', when: 'off', says: 'silent' },
  {
    rule: 'auth.oidc_audience',
    when: 'blank',
    says: 'advice',
    settings: { ...OIDC, 'auth.oidc_audience': ' ' },
  },
  {
    rule: 'auth.oidc_audience',
    when: 'set',
    says: 'note',
    settings: { ...OIDC, 'auth.oidc_audience': 'stacyvm' },
    message: /stacyvm/,
  },
  { rule: 'auth.oidc_groups', when: 'off', says: 'silent' },
  { rule: 'auth.oidc_groups', when: 'none', says: 'advice', settings: OIDC },
  {
    rule: 'auth.oidc_groups',
    when: 'some',
    says: 'note',
    settings: { ...OIDC, 'auth.oidc_admin_groups': ['a'], 'auth.oidc_viewer_groups': ['b', 'c'] },
    message: /1 admin, 0 operator, 2 viewer/,
  },
];
