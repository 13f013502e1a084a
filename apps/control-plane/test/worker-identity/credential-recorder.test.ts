import { openStore, type Store } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import {
  type CredentialRecorder,
  createCredentialRecorder,
} from '../../src/worker-identity/credential-recorder.js';
import { eventually } from '../eventually.js';
import { captureLogs } from '../log-capture.js';

describe('the recorder of credentials', () => {
  let database: TestDatabase;
  let store: Store;
  let now: Date;
  let recorder: CredentialRecorder;
  let statements: number;
  before(async () => {
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 2 });
  });
  beforeEach(async () => {
    now = new Date('2026-05-09T10:00:00Z');
    statements = 0;
    recorder = recorderOn({
      ...store.credentialUses,
      record: (uses) => {
        statements += 1;
        return store.credentialUses.record(uses);
      },
    });
    await store.credentialUses.prune({ before: new Date('2100-01-01T00:00:00Z') });
  });
  after(async () => {
    await store?.close();
    await database?.drop();
  });

  const recorderOn = (credentialUses: Store['credentialUses']) =>
    createCredentialRecorder({ store: { credentialUses }, logger: captureLogs().logger, clock: () => now });
  const signed = (workerId: string) =>
    ({ workerId, form: 'signed', keyRole: 'derived(active)', keyFingerprint: 'a'.repeat(16) }) as const;
  const recorded = async () =>
    (await store.credentialUses.list()).items.map(({ workerId, count, firstSeen, lastSeen }) => [
      workerId,
      count,
      firstSeen.toISOString().slice(11, 19),
      lastSeen.toISOString().slice(11, 19),
    ]);
  const later = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };

  it('writes many uses of many workers in one statement, with the first and the last time', async () => {
    recorder.note(signed('worker-a'));
    later(1);
    recorder.note(signed('worker-b'));
    later(1);
    for (let n = 0; n < 3; n += 1) recorder.note(signed('worker-a'));
    await recorder.flush();
    expect(statements).to.equal(1);
    expect(await recorded()).to.deep.equal([
      ['worker-a', 4, '10:00:00', '10:00:02'],
      ['worker-b', 1, '10:00:01', '10:00:01'],
    ]);
    await recorder.flush();
    expect(statements, 'nothing new').to.equal(1);
  });

  it('writes a new credential at once and the same one at most every ten seconds', async () => {
    recorder.note(signed('worker-a'));
    const work = recorder.start();
    try {
      await eventually(async () => expect(await recorded()).to.have.length(1));
      later(9);
      recorder.note(signed('worker-a'));
      await work.runOnce();
      expect(await recorded()).to.deep.equal([['worker-a', 1, '10:00:00', '10:00:00']]);
      later(1);
      await work.runOnce();
      expect(await recorded()).to.deep.equal([['worker-a', 2, '10:00:00', '10:00:09']]);
    } finally {
      await work.stop();
    }
  });

  it('counts nothing twice when it is asked to write twice at the same time', async () => {
    for (let n = 0; n < 5; n += 1) recorder.note(signed('worker-a'));
    await Promise.all([recorder.flush(), recorder.flush()]);
    recorder.note(signed('worker-a'));
    await recorder.flush();
    expect((await recorded())[0]?.[1]).to.equal(6);
  });

  it('keeps what could not be written', async () => {
    let away = true;
    const failing = recorderOn({
      ...store.credentialUses,
      record: (uses) =>
        away ? Promise.reject(new Error('the database is away')) : store.credentialUses.record(uses),
    });
    failing.note(signed('worker-a'));
    const failure = await failing.flush().catch((error: unknown) => error);
    expect(failure).to.include({ message: 'the database is away' });
    away = false;
    failing.note(signed('worker-a'));
    await failing.flush();
    expect((await recorded())[0]?.[1]).to.equal(2);
  });
});
