import { expect } from 'chai';
import { createCallSlots } from '../src/index.js';
import { eventually, failureOf, lease, startWorker, type TestWorker } from './worker-fixture.js';

const TARGET = { sandboxId: 'sb-1' };
const PROGRAM = { ...TARGET, command: 'run' };
const SPAWN = { ...TARGET, image: 'host', memoryMb: 64, vcpus: 1 };

describe('createCallSlots', () => {
  it('counts each kind apart, and gives a slot back once', () => {
    const slots = createCallSlots(1);
    const release = slots.take('worker.exec');
    expect(slots.take('worker.exec_stream')).to.equal(undefined);
    expect(slots.take('worker.spawn')).to.be.a('function');
    expect(slots.take('worker.file_read')).to.be.a('function');
    expect(slots.take('worker.logs')).to.equal(undefined);
    release?.();
    release?.();
    expect(slots.load()).to.deep.equal({ exec: 0, spawn: 1, short: 1, vital: 0 });
    expect(slots.take('worker.exec')).to.be.a('function');
    expect(slots.take('worker.exec')).to.equal(undefined);
  });

  for (const method of [
    'worker.destroy',
    'worker.status',
    'worker.renew_lease',
    'worker.shutdown',
  ] as const) {
    it(`always has room for ${method}`, () => {
      const slots = createCallSlots(1);
      for (let call = 0; call < 100; call += 1) expect(slots.take(method)).to.be.a('function');
      expect(slots.load().vital).to.equal(100);
    });
  }
});

describe('a worker whose programs take all their slots', () => {
  let worker: TestWorker;
  let endPrograms: () => void;

  beforeEach(async () => {
    const ended = new Promise<void>((resolve) => {
      endPrograms = resolve;
    });
    worker = await startWorker({
      slots: createCallSlots(2),
      replaced: {
        async exec() {
          await ended;
          return { exitCode: 0, timedOut: false, durationMs: 1 };
        },
      },
    });
  });
  afterEach(() => worker.close());

  async function fill(): Promise<readonly Promise<unknown>[]> {
    const client = worker.client();
    const programs = [
      client.exec(PROGRAM),
      client.execStream(PROGRAM, { onOutput: () => undefined }),
    ] as const;
    await eventually(() => worker.methods.calls.length === 2);
    return programs;
  }

  it('refuses the next program with worker_busy, before it has an effect', async () => {
    const programs = await fill();
    const failure = await failureOf(worker.client().exec(PROGRAM));
    expect(failure).to.include({
      code: 'worker_busy',
      reason: 'worker_busy',
      status: 503,
      outcome: 'not_executed',
    });
    expect(worker.methods.calls).to.have.length(2);
    expect(worker.reasons).to.deep.equal(['worker_busy']);
    endPrograms();
    await Promise.all(programs);
    expect((await worker.client().exec(PROGRAM)).exitCode).to.equal(0);
  });

  it('still spawns, reads logs, tells the status and destroys', async () => {
    const programs = await fill();
    const client = worker.client();
    await client.spawn(SPAWN, lease());
    expect(await client.logs(TARGET)).to.deep.equal(['one', 'two']);
    expect(await client.status(TARGET)).to.include({ state: 'running' });
    await client.destroy(TARGET, lease());
    endPrograms();
    await Promise.all(programs);
  });

  it('has its slots back when a caller goes away', async () => {
    const leaving = new AbortController();
    const client = worker.client();
    const programs = [1, 2].map(() => failureOf(client.exec(PROGRAM, { signal: leaving.signal })));
    await eventually(() => worker.methods.calls.length === 2);
    leaving.abort();
    await Promise.all(programs);
    endPrograms();
    await eventually(() => worker.load().exec === 0);
    expect((await worker.client().exec(PROGRAM)).exitCode).to.equal(0);
  });
});

describe('a client with too many calls under way', () => {
  it('refuses the next one without a connection, and shares its bound with another client', async () => {
    let endPrograms = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      endPrograms = resolve;
    });
    const worker = await startWorker({
      replaced: {
        async exec() {
          await ended;
          return { exitCode: 0, timedOut: false, durationMs: 1 };
        },
      },
    });
    try {
      const slots = createCallSlots(1);
      const program = worker.client({ slots }).exec(PROGRAM);
      const failure = await failureOf(worker.client({ slots }).exec(PROGRAM));
      expect(failure).to.include({
        code: 'worker_busy',
        reason: 'too_many_calls',
        outcome: 'not_executed',
      });
      expect(failure).to.have.property('status', undefined);
      await worker.client({ slots }).status(TARGET);
      endPrograms();
      await program;
      expect(slots.load()).to.deep.equal({ exec: 0, spawn: 0, short: 0, vital: 0 });
      expect(worker.methods.calls.filter((call) => call.startsWith('exec'))).to.have.length(1);
    } finally {
      await worker.close();
    }
  });
});
