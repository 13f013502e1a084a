import type { RevocationSnapshot } from '@stacyvm/store';
import { StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import { loadRevocations } from '../../src/revocations/live-revocations.js';
import { eventually } from '../eventually.js';
import { captureLogs } from '../log-capture.js';

/** A database whose list and reachability a test sets. */
function scriptedStore() {
  const state = { version: 1, workers: [] as string[], away: false, asked: 0 };
  const store = {
    tokenRevocations: {
      async snapshot(known?: number): Promise<RevocationSnapshot | undefined> {
        state.asked += 1;
        if (state.away) throw new StoreError('unavailable', 'the database is away');
        if (known === state.version) return undefined;
        return {
          version: state.version,
          revocations: state.workers.map((subject, index) => ({
            id: `rv-${index}`,
            kind: 'worker',
            subject,
            issuedBefore: new Date('9999-12-31T23:59:59Z'),
            reason: '',
            revokedBy: '',
            createdAt: new Date(0),
            expiresAt: undefined,
          })),
        };
      },
    },
  };
  return { state, store: store as unknown as Parameters<typeof loadRevocations>[0]['store'] };
}

describe('the live list of revocations', () => {
  let now: Date;
  beforeEach(() => {
    now = new Date('2026-05-09T10:00:00Z');
  });
  const load = async (tokenIds: readonly string[] = []) => {
    const { state, store } = scriptedStore();
    const logs = captureLogs();
    const revocations = await loadRevocations({ store, tokenIds, logger: logs.logger, clock: () => now });
    return { state, logs, revocations };
  };

  it('does not begin without knowing what is revoked', async () => {
    const { state, store } = scriptedStore();
    state.away = true;
    const options = { store, tokenIds: [], logger: captureLogs().logger, clock: () => now };
    const failure = await loadRevocations(options).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'unavailable' });
  });

  it('keeps the last list while the database is away, says so once a minute, and tells the lag', async () => {
    const { state, logs, revocations } = await load();
    state.workers = ['worker-a'];
    state.version = 2;
    await revocations.refresh();
    const work = revocations.start(async () => undefined);
    try {
      await eventually(() => expect(state.asked).to.be.greaterThan(2));
      state.away = true;
      for (let round = 0; round < 5; round += 1) {
        now = new Date(now.getTime() + 20_000);
        await work.runOnce();
      }
      expect(revocations.isWorkerRevoked('worker-a', now)).to.equal(true);
      expect(revocations.status()).to.deep.equal({ version: 2, entries: 1, ageMs: 100_000 });
      const said = 'revocations cannot be read; the last known ones stay in force';
      expect(logs.records(said)).to.have.length(2);
      state.away = false;
      await work.runOnce();
      expect(revocations.status().ageMs).to.equal(0);
      expect(logs.records('revocations can be read again')).to.have.length(1);
    } finally {
      await work.stop();
    }
  });

  it('tells of every change once', async () => {
    const { state, revocations } = await load();
    const told: number[] = [];
    const work = revocations.start(async () => {
      told.push(revocations.status().version);
    });
    try {
      await work.runOnce();
      state.version = 2;
      state.workers = ['worker-a'];
      await Promise.all([revocations.refresh(), revocations.refresh()]);
      await work.runOnce();
      state.version = 3;
      await work.runOnce();
      expect(told, 'at the start; the third version says the same as the second').to.deep.equal([1, 2]);
      revocations.configure(['jti-1']);
      await eventually(() => expect(told).to.deep.equal([1, 2, 3]));
      expect(revocations.feed().entries).to.have.length(2);
    } finally {
      await work.stop();
    }
  });

  it('has one version for one content, in whatever order, and another for another', async () => {
    const [a, b, c] = await Promise.all([load(['x', 'y']), load(['y', 'x', 'x']), load(['x'])]);
    expect(a.revocations.feed().version).to.equal(b.revocations.feed().version);
    expect(a.revocations.feed().version).not.to.equal(c.revocations.feed().version);
  });

  it('stays in force when what it is told to do fails', async () => {
    const { state, logs, revocations } = await load();
    const work = revocations.start(() => Promise.reject(new Error('not now')));
    try {
      await work.runOnce();
      state.version = 2;
      state.workers = ['worker-a'];
      await revocations.refresh();
      expect(revocations.isWorkerRevoked('worker-a', now)).to.equal(true);
      await eventually(() =>
        expect(logs.records('revocations are not enforced on open calls')).to.have.length(2),
      );
    } finally {
      await work.stop();
    }
  });
});
