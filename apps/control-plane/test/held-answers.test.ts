import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import { expect } from 'chai';
import fc from 'fast-check';
import { createHeldAnswers, type HeldAnswers } from '../src/held-answers.js';

/** What is told of a response: that it is over. */
function openResponse() {
  const response = Object.assign(new EventEmitter(), { destroyed: false });
  return {
    response: response as unknown as ServerResponse,
    close() {
      response.destroyed = true;
      response.emit('close');
    },
  };
}

/** An answer that its caller may take or leave. */
function claim(answers: HeldAnswers, tenant: string | undefined, bytes: number) {
  const { response, close } = openResponse();
  const caller = new AbortController();
  const reserve = answers.reserveFor(tenant, response);
  const asked = { tenant, bytes, granted: undefined as boolean | undefined, closed: false };
  const decided = reserve(bytes, caller.signal).then((granted) => {
    asked.granted = granted;
    return granted;
  });
  return {
    asked,
    decided,
    reserve: (next: number) => reserve(next, caller.signal),
    giveUp: () => caller.abort(),
    close() {
      asked.closed = true;
      close();
    },
  };
}

/** Lets everything be told that is decided. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createHeldAnswers', () => {
  it('never holds more than there is, loses nothing and keeps the order, whatever comes and goes', async () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          does: fc.constant('claim' as const),
          tenant: fc.constantFrom('', 'tn-a', 'tn-b', 'tn-c'),
          bytes: fc.integer({ min: 1, max: 1_300 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ does: fc.constant('close' as const), which: fc.nat(40) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('giveUp' as const), which: fc.nat(40) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const answers = createHeldAnswers({ limitBytes: 1_000 });
        const claims: ReturnType<typeof claim>[] = [];
        for (const next of steps) {
          if (next.does === 'claim') claims.push(claim(answers, next.tenant, next.bytes));
          else claims[next.which % Math.max(claims.length, 1)]?.[next.does]();
          await settled();
          const held = claims.filter(({ asked }) => asked.granted === true && !asked.closed);
          const sizes = held.map(({ asked }) => Math.min(asked.bytes, 1_000));
          expect(answers.status().heldBytes).to.equal(sizes.reduce((sum, size) => sum + size, 0));
          expect(answers.status().heldBytes).to.be.at.most(1_000);
          for (const tenant of new Set(held.map(({ asked }) => asked.tenant))) {
            const own = held.filter(({ asked }) => asked.tenant === tenant);
            const bytes = own.reduce((sum, { asked }) => sum + Math.min(asked.bytes, 1_000), 0);
            expect(own.length === 1 || bytes <= 500, 'one answer, or half').to.equal(true);
            const waits = claims.filter(
              ({ asked }) => asked.tenant === tenant && asked.granted === undefined,
            );
            const lastHeld = Math.max(...own.map((each) => claims.indexOf(each)));
            for (const each of waits) expect(claims.indexOf(each), 'none is overtaken').to.be.above(lastHeld);
          }
          const waiting = claims.filter(({ asked }) => asked.granted === undefined);
          expect(answers.status().waiting).to.equal(waiting.length);
          if (held.length === 0) expect(waiting.length, 'nobody waits for nothing').to.equal(0);
        }
        for (const each of claims) {
          each.giveUp();
          each.close();
        }
        await settled();
        expect(answers.status()).to.include({ heldBytes: 0, waiting: 0 });
      }),
      { numRuns: 150 },
    );
  });

  it('gives one tenant half, and lets others pass those of it that wait', async () => {
    const answers = createHeldAnswers({ limitBytes: 1_000 });
    const [first, second] = [claim(answers, 'tn-a', 400), claim(answers, 'tn-a', 400)];
    const [other, nobodys] = [claim(answers, 'tn-b', 300), claim(answers, undefined, 300)];
    expect(await Promise.all([first.decided, other.decided, nobodys.decided])).to.deep.equal([
      true,
      true,
      true,
    ]);
    expect(answers.status()).to.include({ heldBytes: 1_000, waiting: 1, waitsTotal: 1 });
    first.close();
    expect(await second.decided).to.equal(true);
  });

  it('serves an answer that is larger than all there is, alone', async () => {
    const answers = createHeldAnswers({ limitBytes: 1_000 });
    const small = claim(answers, 'tn-a', 10);
    const huge = claim(answers, 'tn-b', 64_000);
    const late = claim(answers, 'tn-c', 10);
    await settled();
    expect([huge.asked.granted, late.asked.granted], 'in their order').to.deep.equal([undefined, undefined]);
    small.close();
    expect(await huge.decided).to.equal(true);
    expect(answers.status()).to.include({ heldBytes: 1_000, waiting: 1 });
    huge.close();
    expect(await late.decided).to.equal(true);
  });

  it('refuses who has waited for too long, and goes on with the next', async () => {
    const answers = createHeldAnswers({ limitBytes: 1_000, patienceMs: 40 });
    const holder = claim(answers, 'tn-a', 600);
    const blocked = claim(answers, 'tn-b', 500);
    const behind = claim(answers, 'tn-c', 300);
    expect(await blocked.decided).to.equal(false);
    expect(await behind.decided, 'it waited for the other alone').to.equal(true);
    expect(answers.status()).to.include({ heldBytes: 900, waitsTotal: 2, refusalsTotal: 1 });
    holder.close();
    expect(await claim(answers, 'tn-d', 500).decided).to.equal(true);
  });

  it('gives nothing to whom it would not hear the end of', async () => {
    const answers = createHeldAnswers({ limitBytes: 1_000 });
    const gone = claim(answers, 'tn-a', 500);
    expect(await gone.decided).to.equal(true);
    gone.close();
    expect(await gone.reserve(500)).to.equal(false);
    expect(answers.status().heldBytes).to.equal(0);
  });

  it('takes another size for the same answer, and less at once', async () => {
    const answers = createHeldAnswers({ limitBytes: 1_000 });
    const answer = claim(answers, 'tn-a', 64_000);
    expect(await answer.decided).to.equal(true);
    const next = claim(answers, 'tn-b', 400);
    expect(await answer.reserve(300)).to.equal(true);
    expect(await next.decided).to.equal(true);
    expect(answers.status().heldBytes).to.equal(700);
    expect(await answer.reserve(500)).to.equal(true);
    expect(answers.status().heldBytes).to.equal(900);
    answer.close();
    next.close();
    expect(answers.status().heldBytes).to.equal(0);
  });

  it('has an eighth of the heap, and 64 MiB at least', () => {
    const { limitBytes } = createHeldAnswers().status();
    const heapBytes = getHeapStatistics().heap_size_limit;
    expect(limitBytes).to.be.within(heapBytes / 8 - 1, Math.max(heapBytes / 8, 64 * 1024 * 1024));
  });
});
