import { StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import { OrchestratorError } from '../src/index.js';
import {
  type Attempt,
  type Candidate,
  createSpawnQueue,
  type SpawnQueueOptions,
} from '../src/spawn-queue.js';
import type { UsedUp } from '../src/waiting-line.js';
import { eventually } from './eventually.js';
import { closedGate } from './gate.js';
import { failureOf, rejection } from './rejection.js';

const REFUSED: Attempt<string> = {
  scarcity: 'total',
  refusal: new OrchestratorError('max_sandboxes', 'resource limit exceeded: max sandboxes reached (0)'),
};
const OUTAGE = new StoreError('unavailable', 'as arranged');

/** The next look that nobody asks for comes after minutes. */
const NO_POLL = () => 1_000;

/** A queue before a place with room for so many; a sandbox takes one place. It looks for room when it is told, unless told. */
function queueFor(changes: Partial<SpawnQueueOptions> = {}) {
  const room = { free: 0, attempts: [] as string[], usedUp: (): UsedUp | Error => nothing() };
  const logged: string[] = [];
  const queue = createSpawnQueue<string>({
    limits: { maxWaiting: 100, timeoutMs: 60_000 },
    survey: async () => {
      const usedUp = room.usedUp();
      if (usedUp instanceof Error) throw usedUp;
      return usedUp;
    },
    logger: { debug() {}, info() {}, warn() {}, error: (message) => void logged.push(message) },
    random: NO_POLL,
    ...changes,
  });
  const admitted: string[] = [];
  return {
    queue,
    room,
    admitted,
    logged,
    spawn(name: string, more: Partial<Candidate<string>> = {}): Promise<string> {
      const admission = queue.admit({
        lane: name.charAt(0),
        owner: name.charAt(0),
        provider: 'bubblewrap',
        async attempt() {
          room.attempts.push(name);
          if (room.free === 0) return REFUSED;
          room.free -= 1;
          return { admitted: name };
        },
        ...more,
      });
      void admission.then(
        () => admitted.push(name),
        () => undefined,
      );
      return admission;
    },
    free(places: number): void {
      room.free += places;
      queue.capacityFreed();
    },
    waiting: (depth: number) => eventually(() => expect(queue.stats().depth).to.equal(depth)),
  };
}

const nothing = (): UsedUp => ({ total: false, owners: new Set(), providers: new Set() });

describe('SpawnQueue', () => {
  describe('when nobody may wait', () => {
    it('tells the refusal at once', async () => {
      const { queue, spawn } = queueFor({ limits: undefined });
      await rejection(spawn('a1'), 'max_sandboxes');
      expect(queue.stats()).to.include({ depth: 0, capacity: 0, queuedTotal: 0 });
    });
  });

  it('lets none wait where there is room', async () => {
    const { queue, room, spawn } = queueFor();
    room.free = 1;
    expect(await spawn('a1')).to.equal('a1');
    expect(queue.stats().queuedTotal).to.equal(0);
  });

  it('admits by turns of the owners, the first of each first', async () => {
    const { spawn, free, admitted, waiting } = queueFor();
    const names = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'];
    const all = Promise.all(names.map((name) => spawn(name)));
    await waiting(6);
    for (let served = 1; served <= 6; served += 1) {
      free(1);
      await waiting(6 - served);
    }
    await all;
    expect(admitted).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('lets nobody overtake who comes when there is room again', async () => {
    const { spawn, room, queue, admitted, waiting } = queueFor();
    const first = spawn('a1');
    await waiting(1);
    room.free = 1;
    const second = spawn('b1');
    await waiting(2);
    queue.capacityFreed();
    await first;
    await waiting(1);
    expect(admitted).to.deep.equal(['a1']);
    await queue.close();
    await rejection(second, 'shutting_down');
  });

  it('tries two of fifty when one place is free, and none when a look says that there is none', async () => {
    const { queue, spawn, room, free, waiting } = queueFor();
    const all = Promise.allSettled(Array.from({ length: 50 }, (_, index) => spawn(`a${index}`)));
    await waiting(50);
    room.attempts.length = 0;
    free(1);
    await waiting(49);
    await eventually(() => expect(room.attempts).to.deep.equal(['a0', 'a1']));
    let looks = 0;
    room.usedUp = () => {
      looks += 1;
      return { ...nothing(), total: true };
    };
    queue.capacityFreed();
    await eventually(() => expect(looks).to.equal(1));
    await queue.close();
    expect(room.attempts).to.have.length(2);
    await all;
  });

  it('notices without being told that there is room', async () => {
    const { queue, spawn, room, waiting } = queueFor({ random: () => 0 });
    const waits = spawn('a1');
    await waiting(1);
    room.free = 1;
    await waits;
    expect(queue.stats().waitMsMax).to.be.within(350, 10_000);
  });

  it('notices what ended while it was refused', async () => {
    const { queue, spawn, room } = queueFor();
    const refusing = closedGate();
    let attempts = 0;
    const waits = spawn('a1', {
      async attempt() {
        attempts += 1;
        if (attempts > 1) return { admitted: 'a1' };
        await refusing.passed;
        return REFUSED;
      },
    });
    room.free = 1;
    queue.capacityFreed();
    refusing.open();
    expect(await waits).to.equal('a1');
  });

  describe('when the time is over', () => {
    it('tells spawn_queue_timeout, and what there was no room of', async () => {
      const { queue, spawn } = queueFor({ limits: { maxWaiting: 9, timeoutMs: 30 } });
      const failure = await rejection(spawn('a1'), 'spawn_queue_timeout');
      expect(failure.message).to.equal('resource limit exceeded: spawn queue timeout after 30ms');
      expect(failure.cause).to.include({ code: 'max_sandboxes' });
      expect(queue.stats()).to.include({ depth: 0, timeoutsTotal: 1, dequeuedTotal: 0 });
    });

    it('waits for the outcome of the attempt that is under way', async () => {
      for (const [outcome, code] of [
        [{ admitted: 'a1' }, undefined],
        [REFUSED, 'spawn_queue_timeout'],
      ] as const) {
        const { queue, spawn, waiting } = queueFor({ limits: { maxWaiting: 9, timeoutMs: 20 } });
        const [tried, going] = [closedGate(), closedGate()];
        let attempts = 0;
        const waits = spawn('a1', {
          async attempt() {
            attempts += 1;
            if (attempts === 1) return REFUSED;
            tried.open();
            await going.passed;
            return outcome;
          },
        });
        const ended = code === undefined ? waits : rejection(waits, code);
        await waiting(1);
        queue.capacityFreed();
        await tried.passed;
        await new Promise((resolve) => setTimeout(resolve, 40));
        going.open();
        await ended;
        expect(queue.stats().depth).to.equal(0);
      }
    });
  });

  it('is full with so many, and says so', async () => {
    const { queue, spawn, waiting } = queueFor({ limits: { maxWaiting: 2, timeoutMs: 60_000 } });
    const two = Promise.allSettled([spawn('a1'), spawn('b1')]);
    await waiting(2);
    const failure = await rejection(spawn('c1'), 'spawn_queue_full');
    expect(failure.message).to.equal('resource limit exceeded: spawn queue full (2); try again later');
    expect(queue.stats()).to.include({ depth: 2, capacity: 2, queuedTotal: 2, fullTotal: 1 });
    await queue.close();
    await two;
  });

  describe('when a caller goes away', () => {
    it('forgets it at once and goes on with the next', async () => {
      const { queue, spawn, room, free, waiting } = queueFor();
      const caller = new AbortController();
      const gone = rejection(spawn('a1', { signal: caller.signal }), 'cancelled');
      const next = spawn('a2');
      await waiting(2);
      caller.abort();
      expect(queue.stats()).to.include({ depth: 1, abandonedTotal: 1 });
      await gone;
      free(1);
      expect(await next).to.equal('a2');
      expect(room.attempts.filter((name) => name === 'a1')).to.have.length(1);
    });

    it('does not let it in when it went during the first attempt', async () => {
      const { queue, spawn } = queueFor();
      const caller = new AbortController();
      const attempt = async (): Promise<Attempt<string>> => {
        caller.abort();
        return REFUSED;
      };
      await rejection(spawn('a1', { signal: caller.signal, attempt }), 'cancelled');
      expect(queue.stats().queuedTotal).to.equal(0);
    });
  });

  describe('when something else goes wrong', () => {
    it('tells it to the one whose attempt failed, and goes on', async () => {
      const { spawn, room, free, waiting } = queueFor();
      let attempts = 0;
      const failing = failureOf(
        spawn('a1', {
          async attempt() {
            attempts += 1;
            if (attempts > 1) throw new OrchestratorError('provider_unknown', 'as arranged');
            return REFUSED;
          },
        }),
      );
      const next = spawn('a2');
      await waiting(2);
      free(1);
      expect(await failing).to.include({ code: 'provider_unknown' });
      expect(await next).to.equal('a2');
      expect(room.free).to.equal(0);
    });

    it('lets everybody wait on while the database is away', async () => {
      const { queue, spawn, room, free, logged, waiting } = queueFor();
      let outages = 0;
      const waits = spawn('a1', {
        async attempt() {
          room.attempts.push('a1');
          if (room.attempts.length === 1) return REFUSED;
          if (room.attempts.length > 2) return { admitted: 'a1' };
          outages += 1;
          throw OUTAGE;
        },
      });
      await waiting(1);
      queue.capacityFreed();
      await eventually(() => expect(outages).to.equal(1));
      room.usedUp = () => {
        outages += 1;
        return OUTAGE;
      };
      queue.capacityFreed();
      await eventually(() => expect(outages).to.equal(2));
      expect(queue.stats().depth).to.equal(1);
      room.usedUp = nothing;
      free(1);
      expect(await waits).to.equal('a1');
      expect(logged).to.deep.equal([]);
    });

    it('reports any other failure of the look, and goes on', async () => {
      const { spawn, room, free, logged, waiting } = queueFor({ random: () => 0 });
      const waits = spawn('a1');
      await waiting(1);
      room.usedUp = () => new Error('as arranged');
      free(1);
      await eventually(() => expect(logged).to.deep.equal(['the spawn queue was not served']));
      room.usedUp = nothing;
      expect(await waits).to.equal('a1');
    });
  });

  it('turns everybody away when it is closed, and lets nobody wait afterwards', async () => {
    const { queue, spawn, room, waiting } = queueFor();
    const waits = [spawn('a1'), spawn('b1')].map((each) => rejection(each, 'shutting_down'));
    await waiting(2);
    await queue.close();
    await Promise.all(waits);
    await rejection(spawn('c1'), 'shutting_down');
    room.free = 1;
    expect(await spawn('d1')).to.equal('d1');
    expect(queue.stats().depth).to.equal(0);
  });

  it('counts how long those waited who got their place', async () => {
    let time = 1_000;
    const { queue, spawn, free, waiting } = queueFor({ now: () => time });
    const first = spawn('a1');
    await waiting(1);
    time += 40;
    const second = spawn('b1');
    await waiting(2);
    time += 60;
    free(1);
    await first;
    time += 10;
    free(1);
    await second;
    expect(queue.stats()).to.deep.equal({
      depth: 0,
      capacity: 100,
      queuedTotal: 2,
      dequeuedTotal: 2,
      timeoutsTotal: 0,
      abandonedTotal: 0,
      fullTotal: 0,
      waitMsTotal: 170,
      waitMsMax: 100,
    });
  });
});
