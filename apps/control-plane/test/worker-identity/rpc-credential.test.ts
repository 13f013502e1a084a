import { Secret } from '@stacyvm/config';
import type { WorkerCredential } from '@stacyvm/store';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { rpcCredentialFor } from '../../src/worker-identity/rpc-credential.js';

const [NEW, OLD] = [
  'the new master key of these tests, 32 bytes',
  'the old master key of these tests, 32 bytes',
];
const ID = 'worker-a';
const derived = (key: string) => deriveWorkerKey(key, ID);

describe('what the control plane proves itself to a worker with', () => {
  const source = (options: {
    readonly keys?: readonly string[];
    readonly shared?: string;
    readonly own?: string;
    readonly revoked?: readonly string[];
  }) => ({
    ring: (options.keys ?? []).map((key, index) => ({
      role: index === 0 ? ('active' as const) : (`verify_only[${index - 1}]` as const),
      fingerprint: keyFingerprint(key),
      secret: new Secret(key),
    })),
    staticTokens: {
      shared: options.shared,
      byWorker: new Map<string, string>(),
      migration: 'none' as const,
      of: () => options.own ?? options.shared,
    },
    isKeyRevoked: (...fingerprints: readonly string[]) =>
      fingerprints.some((fingerprint) => options.revoked?.includes(fingerprint)),
  });
  const signed = (keyRole: string): WorkerCredential => ({ form: 'signed', keyRole });
  const by = (key: string, ...fallbackKeys: readonly string[]) => ({ kind: 'signed', key, fallbackKeys });
  const token = (text: string) => ({ kind: 'static', token: text });
  const both = [NEW, OLD];

  const cases: ReadonlyArray<
    readonly [string, WorkerCredential | null, Parameters<typeof source>[0], unknown]
  > = [
    ['its own key', signed('derived(active)'), { keys: [NEW] }, by(derived(NEW))],
    [
      'its own keys, the active one first',
      signed('derived(verify_only[0])'),
      { keys: both },
      by(derived(NEW), derived(OLD)),
    ],
    ['the master key where it showed that', signed('active'), { keys: [NEW] }, by(NEW)],
    ['the master keys, the active one first', signed('verify_only[0]'), { keys: both }, by(NEW, OLD)],
    ['both kinds of a worker that showed none', null, { keys: [NEW] }, by(derived(NEW), NEW)],
    [
      'signed, even when there are static tokens',
      signed('derived(active)'),
      { keys: [NEW], shared: 's' },
      by(derived(NEW)),
    ],
    [
      'the static token where it showed one',
      { form: 'static', kind: 'shared' },
      { keys: [NEW], shared: 's' },
      token('s'),
    ],
    [
      'its own static token before the shared one',
      { form: 'static', kind: 'worker' },
      { shared: 's', own: 'o' },
      token('o'),
    ],
    ['signed when its static token is gone', { form: 'static' }, { keys: [NEW] }, by(derived(NEW), NEW)],
    ['the static token when there is no key', signed('derived(active)'), { shared: 's' }, token('s')],
    ['nothing when there is nothing', null, {}, undefined],
    [
      'no revoked key',
      signed('derived(active)'),
      { keys: both, revoked: [keyFingerprint(NEW)] },
      by(derived(OLD)),
    ],
    [
      'no revoked key of its own',
      signed('derived(active)'),
      { keys: both, revoked: [keyFingerprint(derived(NEW))] },
      by(derived(OLD)),
    ],
    [
      'the static token when every key is revoked',
      signed('active'),
      { keys: [NEW], shared: 's', revoked: [keyFingerprint(NEW)] },
      token('s'),
    ],
  ];
  for (const [name, credential, options, expected] of cases) {
    it(`is ${name}`, () => {
      expect(rpcCredentialFor({ id: ID, credential }, source(options))).to.deep.equal(expected);
    });
  }

  it('is nothing for what is no worker id', () => {
    expect(rpcCredentialFor({ id: '../x', credential: null }, source({ keys: [NEW] }))).to.equal(undefined);
  });
});
