import { generateKeyPairSync } from 'node:crypto';
import type { RuleCase } from '../rule-case.js';

const pemOf = ({ privateKey }: ReturnType<typeof generateKeyPairSync>): string =>
  String((privateKey as { export(options: object): unknown }).export({ type: 'pkcs8', format: 'pem' }));
const signed = (pem: string) => ({ 'audit.signing_key': pem });

export const AUDIT_CASES: readonly RuleCase[] = [
  { rule: 'audit.signing_key', when: 'there is none', says: 'problem' },
  {
    rule: 'audit.signing_key',
    when: 'it is of another kind',
    says: 'problem',
    settings: signed(pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))),
  },
  { rule: 'audit.signing_key', when: 'it is no key', says: 'problem', settings: signed('x'.repeat(64)) },
  {
    rule: 'audit.signing_key',
    when: 'it is an Ed25519 key',
    says: 'note',
    settings: signed(pemOf(generateKeyPairSync('ed25519'))),
  },
  { rule: 'audit.mode', when: 'left out', says: 'note' },
  {
    rule: 'audit.mode',
    when: 'best_effort',
    says: 'advice',
    settings: { 'audit.mode': 'best_effort' },
  },
];
