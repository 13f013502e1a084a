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
  { rule: 'audit.sink_transport', when: 'there is no sink', says: 'silent' },
  ...(
    [
      ['a file', ['file:/var/log/audit'], 'note'],
      ['TLS', ['syslog+tls://logs.example'], 'note'],
      [
        'this machine',
        [
          'syslog+udp://127.0.0.1',
          'syslog+tcp://[::1]:514',
          'syslog+tcp://localhost',
          'syslog+unix:/dev/log',
        ],
        'note',
      ],
      ['UDP to another machine', ['file:/a', 'syslog+udp://192.0.2.7'], 'advice'],
      ['TCP to another machine', ['syslog+tcp://logs.example:601', 'syslog+tls://logs.example'], 'advice'],
    ] as const
  ).map(([when, sinks, says]) => ({
    rule: 'audit.sink_transport',
    when,
    says,
    settings: { 'audit.sinks': sinks },
    ...(says === 'advice' ? { message: /in the clear/, key: 'audit.sinks' } : {}),
  })),
];
