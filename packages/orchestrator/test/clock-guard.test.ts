import { openStore, type Store } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import { createOrchestrator, type Orchestrator } from '../src/index.js';
import { eventually } from './eventually.js';
import { type FakeWorker, startFakeWorker } from './fake-worker.js';
import { MINUTE } from './orchestrator-fixture.js';
import { workerKeys } from './worker-keys.js';

const HOUR = 60 * MINUTE;

describe('a control plane whose clock is wrong', () => {
  let database: TestDatabase;
  let right: Store;
  let worker: FakeWorker;
  before(async () => {
    database = await createTestDatabase();
    right = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 2 });
    worker = await startFakeWorker({ id: 'worker-a', clock: () => new Date() });
  });
  after(async () => {
    await worker?.close();
    await right?.close();
    await database?.drop();
  });

  const errors: string[] = [];
  const plane = (store: Store, clock: () => Date): Orchestrator =>
    createOrchestrator({
      store,
      clock,
      workerCredentials: workerKeys(),
      defaults: {
        image: 'host',
        provider: 'mock',
        memoryMb: 256,
        vcpus: 1,
        ttlMs: 30 * MINUTE,
        maxTtlMs: HOUR,
      },
      execLimits: { defaultTimeoutMs: 0, maxTimeoutMs: MINUTE },
      maxSandboxes: 0,
      spawnTimeoutMs: MINUTE,
      reapIntervalMs: 20,
      reconcileIntervalMs: 20,
      logger: {
        debug() {},
        info: (message) => void errors.push(message),
        warn: (message) => void errors.push(message),
        error: (message) => void errors.push(message),
      },
    });

  for (const [name, leadMs] of [
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
  ] as const) {
    it(`${name} ends nobody's sandbox, and says why`, async () => {
      const clock = () => new Date(Date.now() + leadMs);
      const wrong = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 2, clock });
      const planes = [plane(right, () => new Date()), plane(wrong, clock)] as const;
      try {
        await planes[0].fleet.heartbeat(worker.heartbeat());
        const { id } = await planes[0].spawn({});
        errors.length = 0;
        planes[1].start();
        await eventually(() => expect(errors.join('\n')).to.include('set the clocks'));
        // Its rounds are 20 ms apart.
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect((await right.sandboxes.get(id))?.state).to.equal('running');
        expect(worker.sandboxes.has(id)).to.equal(true);
        expect(errors.filter((message) => message.includes('set the clocks'))).to.have.length(1);
      } finally {
        for (const each of planes) await each.stop();
        await wrong.close();
      }
    });
  }
});
