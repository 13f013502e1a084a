import { type ExecLogRecord, type Store, StoreError } from '@stacyvm/store';
import { RpcMethodError } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { ExecOutput, Orchestrator } from '../src/index.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { failureOf, rejection } from './rejection.js';

const context = { requestId: 'request-1' };

describe('exec', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  let worker: FakeWorker;
  let id: string;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    worker = await fixture.worker('worker-a');
    id = (await orchestrator.spawn({})).id;
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const onlyLogEntry = async (): Promise<ExecLogRecord> => {
    const { items } = await fixture.store.execLogs.listBySandbox(id);
    expect(items).to.have.length(1);
    return items[0]!;
  };
  const stateOf = async () => {
    const { state, stateReason } = await orchestrator.get(id);
    return { state, stateReason };
  };

  describe('run', () => {
    it('tells what the program wrote and how it ended, and records it', async () => {
      worker.behaviour.exec = async (params, { onOutput }) => {
        expect(params).to.deep.include({
          sandboxId: id,
          runtimeId: `rt-${id}`,
          command: 'make',
          args: ['test'],
          mode: 'argv',
          env: { CI: '1' },
          workdir: '/src',
          timeoutMs: 30_000,
        });
        expect(Buffer.from(params.stdin ?? []).toString()).to.equal('yes\n');
        await onOutput('stdout', Buffer.from('built\n'));
        await onOutput('stderr', Buffer.from('warned\n'));
        fixture.clock.advance(1_500);
        return { exitCode: 3, timedOut: false, durationMs: 1 };
      };
      const startedAt = fixture.clock();
      const result = await orchestrator.exec.run(
        id,
        {
          command: 'make',
          args: ['test'],
          mode: 'argv',
          env: { CI: '1' },
          workdir: '/src',
          stdin: Buffer.from('yes\n'),
          timeout: '30s',
        },
        context,
      );
      expect(result).to.deep.equal({
        exitCode: 3,
        stdout: 'built\n',
        stderr: 'warned\n',
        truncated: false,
        durationMs: 1_500,
      });
      const { id: _, ...entry } = await onlyLogEntry();
      expect(entry).to.deep.equal({
        sandboxId: id,
        command: 'make test',
        mode: 'argv',
        exitCode: 3,
        outcome: 'completed',
        durationMs: 1_500,
        startedAt,
        requestId: 'request-1',
      });
      expect((await stateOf()).state).to.equal('running');
    });

    it('tells a timeout, and leaves the sandbox running', async () => {
      worker.behaviour.exec = async () => ({ exitCode: 137, timedOut: true, durationMs: 30 });
      const failure = await rejection(
        orchestrator.exec.run(id, { command: 'sleep', timeout: '30ms' }, context),
        'exec_timeout',
      );
      expect(failure.message).to.include(id);
      expect(await onlyLogEntry()).to.deep.include({ outcome: 'timeout', exitCode: null });
      expect((await stateOf()).state).to.equal('running');
    });

    it('tells at once that the worker died in the middle, and suspects the sandbox', async () => {
      worker.behaviour.exec = () => new Promise(() => undefined);
      const running = failureOf(orchestrator.exec.run(id, { command: 'make', timeout: '5m' }, context));
      await eventually(() => expect(worker.calls.at(-1)).to.equal(`exec ${id}`));
      const diedAt = performance.now();
      await worker.close();
      expect(await running).to.include({ code: 'worker_unreachable' });
      // Long before the five minutes of the program.
      expect(performance.now() - diedAt).to.be.below(10_000);
      expect(await stateOf()).to.deep.equal({
        state: 'unhealthy',
        stateReason: 'worker_connection_lost',
      });
      expect((await onlyLogEntry()).outcome).to.equal('failed');
      const refused = await rejection(
        orchestrator.exec.run(id, { command: 'make' }, context),
        'sandbox_not_running',
      );
      expect(refused.message).to.include('unhealthy').and.include('worker_connection_lost');
    });

    it('tells that a worker which is gone cannot be reached', async () => {
      await worker.close();
      await rejection(orchestrator.exec.run(id, { command: 'true' }, context), 'worker_unreachable');
      expect(await stateOf()).to.deep.equal({ state: 'unhealthy', stateReason: 'worker_unreachable' });
    });

    it('tells that there was no room for what a program wrote, and does not suspect its sandbox', async () => {
      worker.behaviour.exec = async (_params, { onOutput }) => {
        await onOutput('stdout', Buffer.alloc(2 * 1024 * 1024, 'x'));
        return { exitCode: 0, timedOut: false, durationMs: 1 };
      };
      const asked: number[] = [];
      const reserve = async (bytes: number) => asked.push(bytes) === 0;
      await rejection(
        orchestrator.exec.run(id, { command: 'make' }, { ...context, reserve }),
        'answers_busy',
      );
      expect(asked).to.have.length(1);
      expect((await stateOf()).state).to.equal('running');
      expect(await onlyLogEntry()).to.deep.include({ outcome: 'failed', exitCode: null });
    });

    it('tells that the worker does not have the sandbox any more', async () => {
      worker.sandboxes.clear();
      await rejection(orchestrator.exec.run(id, { command: 'true' }, context), 'sandbox_lost');
      expect(await stateOf()).to.deep.equal({ state: 'unhealthy', stateReason: 'runtime_missing' });
      expect((await onlyLogEntry()).outcome).to.equal('failed');
    });

    it('tells that the sandbox was destroyed under the program', async () => {
      const reason = 'sandbox_destroyed';
      worker.behaviour.exec = () => Promise.reject(new RpcMethodError('conflict', 'gone', { reason }));
      const failure = await rejection(
        orchestrator.exec.run(id, { command: 'true' }, context),
        'sandbox_lost',
      );
      expect(failure.message).to.include('destroyed');
    });

    it('ends the program of a caller that goes away', async () => {
      const caller = new AbortController();
      const ended = closedGate();
      worker.behaviour.exec = async (_params, { signal }) => {
        signal.addEventListener('abort', ended.open);
        await ended.passed;
        return { exitCode: 137, timedOut: false, durationMs: 1 };
      };
      const running = failureOf(
        orchestrator.exec.run(id, { command: 'make' }, { ...context, signal: caller.signal }),
      );
      await eventually(() => expect(worker.calls.at(-1)).to.equal(`exec ${id}`));
      caller.abort();
      expect(await running).to.include({ code: 'cancelled' });
      await ended.passed;
      expect((await onlyLogEntry()).outcome).to.equal('cancelled');
      expect((await stateOf()).state).to.equal('running');
    });

    const unusable: ReadonlyArray<readonly [string, () => Promise<unknown>, string]> = [
      ['that never was', async () => undefined, 'sandbox_not_found'],
      ['that is destroyed', () => orchestrator.destroy(id), 'sandbox_not_found'],
      [
        'that is being created',
        () => fixture.store.sandboxes.transition(id, { from: ['running'], to: 'creating' }),
        'sandbox_not_running',
      ],
      ['whose worker is not known', () => fixture.store.workers.delete('worker-a'), 'worker_unreachable'],
      [
        'whose worker has no address',
        () => fixture.store.workers.upsertHeartbeat(worker.heartbeat({ rpcUrl: '' })),
        'worker_unreachable',
      ],
    ];
    for (const [name, arrange, code] of unusable) {
      it(`runs nothing in a sandbox ${name}`, async () => {
        await arrange();
        const target = name === 'that never was' ? 'sb-never' : id;
        expect(await failureOf(orchestrator.exec.run(target, { command: 'true' }, context))).to.include({
          code,
        });
        expect(worker.calls.filter((call) => call.startsWith('exec'))).to.deep.equal([]);
        expect((await fixture.store.execLogs.listBySandbox(id)).items).to.deep.equal([]);
      });
    }

    it('refuses a bad request before it asks for the sandbox', async () => {
      await rejection(orchestrator.exec.run('sb-never', { command: 'a\0b' }, context), 'invalid_request');
    });
  });

  describe('when the database is away', () => {
    const away = () => Promise.reject(new StoreError('unavailable', 'the database is away'));
    const broken = (part: Partial<{ sandboxes: object; execLogs: object }>): Store => ({
      ...fixture.store,
      sandboxes: { ...fixture.store.sandboxes, ...part.sandboxes },
      execLogs: { ...fixture.store.execLogs, ...part.execLogs },
    });

    it('still tells the result of a program whose record is lost', async () => {
      const store = broken({ execLogs: { append: away } });
      const result = await fixture.orchestrator({ store }).exec.run(id, { command: 'hi' }, context);
      expect(result.stdout).to.equal('hi\n');
      expect(fixture.log.map(({ message }) => message)).to.include('exec log not written');
    });

    it('still tells why the program failed when the sandbox cannot be marked', async () => {
      await worker.close();
      const plane = fixture.orchestrator({ store: broken({ sandboxes: { transition: away } }) });
      await rejection(plane.exec.run(id, { command: 'hi' }, context), 'worker_unreachable');
      expect(fixture.log.map(({ message }) => message)).to.include('sandbox not marked unhealthy');
    });

    it('passes on that the sandbox cannot be looked up, and works again afterwards', async () => {
      let isAway = true;
      const get = (wanted: string) => (isAway ? away() : fixture.store.sandboxes.get(wanted));
      const plane = fixture.orchestrator({ store: broken({ sandboxes: { get } }) });
      const failure = await failureOf(plane.exec.run(id, { command: 'hi' }, context));
      expect(failure).to.be.instanceOf(StoreError).and.include({ code: 'unavailable' });
      isAway = false;
      expect((await plane.exec.run(id, { command: 'hi' }, context)).exitCode).to.equal(0);
    });
  });

  describe('stream', () => {
    it('starts, hands out the output in order, and ends', async () => {
      worker.behaviour.exec = async (_params, { onOutput }) => {
        await onOutput('stdout', Buffer.from('one'));
        await onOutput('stderr', Buffer.from('two'));
        await onOutput('stdout', Buffer.from('three'));
        fixture.clock.advance(250);
        return { exitCode: 7, timedOut: false, durationMs: 1 };
      };
      const events: string[] = [];
      const end = await orchestrator.exec.stream(id, { command: 'make' }, context, {
        onStart: () => void events.push('start'),
        onOutput: ({ stream, data }) => void events.push(`${stream} ${data}`),
      });
      expect(events).to.deep.equal(['start', 'stdout one', 'stderr two', 'stdout three']);
      expect(end).to.deep.equal({ exitCode: 7, durationMs: 250 });
      expect(await onlyLogEntry()).to.deep.include({ outcome: 'completed', exitCode: 7 });
    });

    it('hands the first output out before the program ends', async () => {
      const gate = closedGate();
      worker.behaviour.exec = async (_params, { onOutput }) => {
        await onOutput('stdout', Buffer.from('early'));
        await gate.passed;
        return { exitCode: 0, timedOut: false, durationMs: 1 };
      };
      await orchestrator.exec.stream(id, { command: 'make' }, context, {
        onStart: () => undefined,
        onOutput: gate.open,
      });
    });

    it('slows the program down when its reader is slow', async () => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const chunks = 512;
      let written = 0;
      worker.behaviour.exec = async (_params, { onOutput }) => {
        for (; written < chunks; written += 1) await onOutput('stdout', chunk);
        return { exitCode: 0, timedOut: false, durationMs: 1 };
      };
      const reading = closedGate();
      let bytes = 0;
      const streaming = orchestrator.exec.stream(id, { command: 'yes' }, context, {
        onStart: () => undefined,
        onOutput: async ({ data }) => {
          bytes += data.length;
          await reading.passed;
        },
      });
      let settledAt = -1;
      await eventually(() => {
        const before = settledAt;
        settledAt = written;
        expect(written).to.be.above(0).and.equal(before);
      });
      expect(written, 'the program waits for its reader').to.be.below(chunks);
      reading.open();
      await streaming;
      expect(bytes).to.equal(chunks * chunk.length);
    });

    it('starts nothing when the sandbox cannot be used', async () => {
      let started = false;
      const handlers = {
        onStart: () => {
          started = true;
        },
        onOutput: () => undefined,
      };
      const streaming = orchestrator.exec.stream('sb-never', { command: 'x' }, context, handlers);
      await rejection(streaming, 'sandbox_not_found');
      expect(started).to.equal(false);
    });

    const brokenStreams: ReadonlyArray<readonly [string, () => Promise<never>, string, string, string]> = [
      [
        'a failure of the worker',
        () => Promise.reject(new RpcMethodError('internal', 'as arranged')),
        'worker_failed',
        'failed',
        'running',
      ],
      [
        'the end of the connection',
        () => {
          worker.cut();
          return new Promise(() => undefined);
        },
        'worker_unreachable',
        'failed',
        'unhealthy',
      ],
      [
        'the end of the sandbox',
        () => Promise.reject(new RpcMethodError('conflict', 'gone', { reason: 'sandbox_destroyed' })),
        'sandbox_lost',
        'failed',
        'running',
      ],
    ];
    for (const [name, happen, code, outcome, state] of brokenStreams) {
      it(`tells ${name} after the start`, async () => {
        worker.behaviour.exec = async (_params, { onOutput }) => {
          await onOutput('stdout', Buffer.from('begun'));
          return happen();
        };
        const outputs: ExecOutput[] = [];
        const failure = await failureOf(
          orchestrator.exec.stream(id, { command: 'make' }, context, {
            onStart: () => undefined,
            onOutput: (output) => void outputs.push(output),
          }),
        );
        expect(failure).to.include({ code });
        if (state === 'running') expect(outputs).to.deep.equal([{ stream: 'stdout', data: 'begun' }]);
        expect((await onlyLogEntry()).outcome).to.equal(outcome);
        expect((await stateOf()).state).to.equal(state);
      });
    }

    it('tells a timeout by the exit record', async () => {
      worker.behaviour.exec = async () => ({ exitCode: 137, timedOut: true, durationMs: 30 });
      await rejection(
        orchestrator.exec.stream(id, { command: 'sleep' }, context, {
          onStart: () => undefined,
          onOutput: () => undefined,
        }),
        'exec_timeout',
      );
      expect(await onlyLogEntry()).to.deep.include({ outcome: 'timeout', exitCode: null });
    });

    it('ends the program when its reader fails', async () => {
      const ended = closedGate();
      worker.behaviour.exec = async (_params, { onOutput, signal }) => {
        signal.addEventListener('abort', ended.open);
        await onOutput('stdout', Buffer.from('one'));
        await ended.passed;
        return { exitCode: 137, timedOut: false, durationMs: 1 };
      };
      const failure = await failureOf(
        orchestrator.exec.stream(id, { command: 'yes' }, context, {
          onStart: () => undefined,
          onOutput: () => Promise.reject(new Error('the reader fell over')),
        }),
      );
      expect(String(failure)).to.include('the reader fell over');
      await ended.passed;
    });
  });
});
