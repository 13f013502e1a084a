import { expect } from 'chai';
import { type KeyReportFacts, keyReport, SAFE_AFTER_MS } from '../../src/worker-identity/key-report.js';

const NOW = new Date('2026-05-09T10:00:00Z');
const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
const [ACTIVE, OLD] = ['a'.repeat(16), 'b'.repeat(16)];
const MINUTE = 60_000;

describe('the report on a verify-only key', () => {
  const worker = (id: string, keyFingerprint: string | undefined, heardMs: number) => ({
    id,
    credential:
      keyFingerprint === undefined
        ? ({ form: 'static' } as const)
        : ({ form: 'signed', keyFingerprint } as const),
    lastHeartbeat: ago(heardMs),
  });
  const facts = (changes: {
    readonly usedMs?: number;
    readonly inRoleMs?: number;
    readonly workers?: KeyReportFacts['workers'];
  }): KeyReportFacts => ({
    keys: [
      { role: 'active', fingerprint: ACTIVE, roleSince: ago(60 * MINUTE) },
      { role: 'verify_only[0]', fingerprint: OLD, roleSince: ago(changes.inRoleMs ?? 60 * MINUTE) },
    ],
    uses: [
      { keyFingerprint: ACTIVE, lastSeen: NOW },
      ...(changes.usedMs === undefined ? [] : [{ keyFingerprint: OLD, lastSeen: ago(changes.usedMs) }]),
    ],
    workers: changes.workers ?? [worker('worker-a', ACTIVE, 0)],
    isStale: ({ lastHeartbeat }) => NOW.getTime() - lastHeartbeat.getTime() > 2 * MINUTE,
    isKeyRevoked: () => false,
    now: NOW,
  });

  const cases: ReadonlyArray<{
    readonly name: string;
    readonly facts: KeyReportFacts;
    readonly safe: boolean;
    readonly why: string;
  }> = [
    { name: 'was never used', facts: facts({}), safe: true, why: 'nobody used it' },
    {
      name: 'was used exactly as long ago as needed',
      facts: facts({ usedMs: SAFE_AFTER_MS }),
      safe: true,
      why: 'nobody used it since 2026-05-09T09:44:30.000Z',
    },
    {
      name: 'was used a moment less long ago',
      facts: facts({ usedMs: SAFE_AFTER_MS - 1 }),
      safe: false,
      why: 'it was used 15m29s ago, not 15m30s or longer',
    },
    {
      name: 'has exactly long enough been verify-only',
      facts: facts({ inRoleMs: SAFE_AFTER_MS }),
      safe: true,
      why: 'nobody used it',
    },
    {
      name: 'has been verify-only for less',
      facts: facts({ inRoleMs: SAFE_AFTER_MS - 1 }),
      safe: false,
      why: 'it has only verified on this control plane for 15m29s, not 15m30s or longer',
    },
    {
      name: 'is used by a worker that is not stale',
      facts: facts({ usedMs: 2 * MINUTE, workers: [worker('worker-b', OLD, 2 * MINUTE)] }),
      safe: false,
      why: 'worker-b still uses it; it was used 2m0s ago, not 15m30s or longer',
    },
    {
      name: 'was used by a worker that fell silent not long ago, by its heartbeat alone',
      facts: facts({ workers: [worker('worker-b', OLD, 3 * MINUTE)] }),
      safe: false,
      why: 'it was used 3m0s ago, not 15m30s or longer',
    },
    {
      name: 'was last used by a worker that is away for long',
      facts: facts({ usedMs: 60 * MINUTE, workers: [worker('worker-b', OLD, 60 * MINUTE)] }),
      safe: true,
      why: 'nobody used it since 2026-05-09T09:00:00.000Z; worker-b used it last and would need another key to come back',
    },
    {
      name: 'is not used where static tokens are',
      facts: facts({ workers: [worker('worker-c', undefined, 0)] }),
      safe: true,
      why: 'nobody used it',
    },
    {
      name: 'is used by many',
      facts: facts({ workers: ['1', '2', '3', '4', '5', '6', '7'].map((id) => worker(id, OLD, 0)) }),
      safe: false,
      why: '1, 2, 3, 4, 5 and 2 more still use it; it was used 0s ago, not 15m30s or longer',
    },
  ];
  for (const { name, facts: given, safe, why } of cases) {
    it(`that ${name}: ${safe ? 'it may go' : 'it must stay'}`, () => {
      const [, old] = keyReport(given);
      expect(old).to.include({ safeToRemove: safe, why });
    });
  }

  it('never lets the active key go', () => {
    const [active] = keyReport({ ...facts({}), uses: [], workers: [] });
    expect(active).to.include({ safeToRemove: false, why: 'it is the active key', lastUsed: undefined });
  });
});
