import { strongSecret } from '../configuration.js';
import type { RuleCase } from '../rule-case.js';

const KEY = strongSecret('signing');
const SIGNED = { 'auth.worker_signing_key': KEY };
const SHARED = { 'auth.worker_token': strongSecret('shared') };
const BY_WORKER = { 'auth.worker_tokens': { 'worker-a': strongSecret('worker-a') } };

export const WORKER_CREDENTIAL_CASES: readonly RuleCase[] = [
  {
    rule: 'auth.worker_signing_key',
    when: 'placeholder',
    says: 'problem',
    settings: { 'auth.worker_signing_key': 'change-me-change-me-change-me-change-me' },
    message: /placeholder/,
  },
  {
    rule: 'auth.worker_signing_key',
    when: 'short',
    says: 'problem',
    settings: { 'auth.worker_signing_key': KEY.slice(0, 31) },
    message: /shorter/,
  },
  { rule: 'auth.worker_signing_key', when: 'strong', says: 'note', settings: SIGNED },
  {
    rule: 'auth.worker_signing_key',
    when: 'only keys that verify',
    says: 'problem',
    settings: { 'auth.worker_signing_keys': [KEY] },
    message: /none that signs/,
  },
  { rule: 'auth.worker_signing_key', when: 'no signed tokens', says: 'silent', settings: SHARED },
  { rule: 'auth.worker_signing_key_file', when: 'inline', says: 'advice', settings: SIGNED },
  {
    rule: 'auth.worker_signing_key_file',
    when: 'from the environment',
    says: 'advice',
    env: { STACYVM_AUTH_WORKER_SIGNING_KEY: KEY },
  },
  {
    rule: 'auth.worker_signing_key_file',
    when: 'from a file',
    says: 'note',
    settings: { 'auth.worker_signing_key_file': 'key' },
    files: { key: KEY },
  },
  { rule: 'auth.worker_signing_keys', when: 'none', says: 'silent', settings: SIGNED },
  {
    rule: 'auth.worker_signing_keys',
    when: 'the active key',
    says: 'advice',
    settings: { ...SIGNED, 'auth.worker_signing_keys': [strongSecret('old'), KEY] },
    message: /repeat the active key/,
  },
  {
    rule: 'auth.worker_signing_keys',
    when: 'one twice',
    says: 'advice',
    settings: { ...SIGNED, 'auth.worker_signing_keys': [strongSecret('old'), strongSecret('old')] },
    message: /twice/,
  },
  {
    rule: 'auth.worker_signing_keys',
    when: 'the active key, and one twice',
    says: 'advice',
    settings: { ...SIGNED, 'auth.worker_signing_keys': [strongSecret('old'), strongSecret('old'), KEY] },
    message: /repeat the active key/,
  },
  {
    rule: 'auth.worker_signing_keys',
    when: 'two others',
    says: 'note',
    settings: { ...SIGNED, 'auth.worker_signing_keys': [strongSecret('old'), strongSecret('older')] },
    message: /^2 /,
  },
  {
    rule: 'auth.worker_signing_keys',
    when: 'no active key',
    says: 'silent',
    settings: { 'auth.worker_signing_keys': [KEY] },
  },
  { rule: 'auth.worker_revoked_token_ids', when: 'none', says: 'silent', settings: SIGNED },
  {
    rule: 'auth.worker_revoked_token_ids',
    when: 'signed',
    says: 'note',
    settings: { ...SIGNED, 'auth.worker_revoked_token_ids': ['a', 'b'] },
    message: /^2 /,
  },
  ...[{ 'auth.worker_signing_keys': [KEY] }, BY_WORKER, SHARED, {}].map(
    (settings): RuleCase => ({
      rule: 'auth.worker_revoked_token_ids',
      when: `without an active key, with ${Object.keys(settings).join() || 'nothing'}`,
      says: 'advice',
      settings: { ...settings, 'auth.worker_revoked_token_ids': ['a'] },
      message: /no effect/,
    }),
  ),
  {
    rule: 'auth.worker_token',
    when: 'beside a signing key',
    says: 'advice',
    settings: { ...SIGNED, ...SHARED },
  },
  { rule: 'auth.worker_token', when: 'alone', says: 'silent', settings: SHARED },
  { rule: 'auth.worker_token', when: 'not set', says: 'silent', settings: SIGNED },
  ...[{}, SIGNED].flatMap((settings): readonly RuleCase[] => [
    {
      rule: 'auth.worker_token_file',
      when: `inline with ${Object.keys(settings).join() || 'nothing'}`,
      says: 'advice',
      settings: { ...settings, ...SHARED },
    },
    {
      rule: 'auth.worker_token_file',
      when: `from a file with ${Object.keys(settings).join() || 'nothing'}`,
      says: 'note',
      settings: { ...settings, 'auth.worker_token_file': 'token' },
      files: { token: strongSecret('shared') },
    },
  ]),
  {
    rule: 'auth.worker_token_file',
    when: 'beside tokens of single workers',
    says: 'silent',
    settings: { ...BY_WORKER, ...SHARED },
  },
  {
    rule: 'auth.worker_tokens',
    when: 'beside a signing key',
    says: 'advice',
    settings: { ...SIGNED, ...BY_WORKER },
    message: /^1 static token /,
  },
  { rule: 'auth.worker_tokens', when: 'alone', says: 'note', settings: BY_WORKER, message: /^1 worker / },
  {
    rule: 'auth.worker_tokens',
    when: 'only a shared token',
    says: 'advice',
    settings: SHARED,
    message: /share/,
  },
  { rule: 'auth.worker_tokens', when: 'nothing', says: 'advice', message: /none can join/ },
  {
    rule: 'auth.worker_tokens',
    when: 'only keys that verify',
    says: 'silent',
    settings: { 'auth.worker_signing_keys': [KEY] },
  },
  {
    rule: 'auth.worker_tokens',
    when: 'a worker, which presents its own',
    says: 'note',
    settings: BY_WORKER,
    options: { role: 'worker' },
    message: /with a static token of its own/,
  },
  {
    rule: 'auth.worker_tokens',
    when: 'a worker with a token file',
    says: 'note',
    settings: { 'worker.token_file': 'token' },
    options: { role: 'worker' },
  },
];
