import { strongSecret } from '../configuration.js';
import type { RuleCase } from '../rule-case.js';

/** The three tests of a key, and what passes. */
const keyCases = (rule: 'auth.api_key' | 'auth.admin_api_key'): readonly RuleCase[] => [
  { rule, when: 'not set', says: 'problem', message: /is not set/ },
  {
    rule,
    when: 'that of examples',
    says: 'problem',
    settings: { [rule]: 'change-me-change-me-change-me-change-me' },
    message: /placeholder/,
  },
  {
    rule,
    when: 'changeme in other case',
    says: 'problem',
    settings: { [rule]: 'prefix-ChangeMe-0123456789-abcdefgh' },
    message: /placeholder/,
  },
  {
    rule,
    when: 'replace-me',
    says: 'problem',
    settings: { [rule]: 'REPLACE-ME-with-something-else-please' },
    message: /placeholder/,
  },
  {
    rule,
    when: '31 bytes',
    says: 'problem',
    settings: { [rule]: strongSecret('x').slice(0, 31) },
    message: /shorter than 32 bytes/,
  },
  { rule, when: '32 bytes', says: 'note', settings: { [rule]: strongSecret('x').slice(0, 32) } },
  { rule, when: '16 characters of two bytes', says: 'note', settings: { [rule]: 'äöüßéèêñçøåæœšžý' } },
  {
    rule,
    when: 'strong, from a file',
    says: 'note',
    settings: { [`${rule}_file`]: 'key' },
    files: { key: `${strongSecret('x')}\n` },
  },
  {
    rule,
    when: 'strong, from the environment',
    says: 'note',
    env: { [`STACYVM_${rule.toUpperCase().replace('.', '_')}`]: strongSecret('x') },
  },
  { rule, when: 'for a worker', says: 'silent', options: { role: 'worker' } },
];

export const CALLER_CASES: readonly RuleCase[] = [
  { rule: 'config', when: 'it loads', says: 'note' },
  { rule: 'auth.enabled', when: 'nothing is set', says: 'problem' },
  {
    rule: 'auth.enabled',
    when: 'false beside a key',
    says: 'problem',
    settings: { 'auth.enabled': false, 'auth.api_key': strongSecret('a') },
  },
  { rule: 'auth.enabled', when: 'true', says: 'note', settings: { 'auth.enabled': true } },
  ...keyCases('auth.api_key'),
  ...keyCases('auth.admin_api_key'),
  { rule: 'auth.key_separation', when: 'both blank', says: 'note' },
  {
    rule: 'auth.key_separation',
    when: 'different',
    says: 'note',
    settings: { 'auth.api_key': strongSecret('a'), 'auth.admin_api_key': strongSecret('b') },
  },
  {
    rule: 'auth.key_separation',
    when: 'equal',
    says: 'problem',
    settings: { 'auth.api_key': strongSecret('a'), 'auth.admin_api_key': strongSecret('a') },
  },
  {
    rule: 'auth.admin_fallback_enabled',
    when: 'true',
    says: 'problem',
    settings: { 'auth.admin_fallback_enabled': true },
  },
  { rule: 'auth.admin_fallback_enabled', when: 'false', says: 'note' },
  { rule: 'auth.admin_audit_retention', when: '0s', says: 'problem' },
  {
    rule: 'auth.admin_audit_retention',
    when: '90 days',
    says: 'note',
    settings: { 'auth.admin_audit_retention': '2160h' },
    message: /2160h/,
  },
];
