import { expect } from 'chai';
import fc from 'fast-check';
import { type AnswerHold, createAnswerPool, holdAnswer } from '../src/answer-pool.js';

const KIB = 1024;

describe('createAnswerPool', () => {
  it('never gives more than there is, nor more than a quarter to one sandbox, and gets all back once', () => {
    const step = fc.oneof(
      fc.record({
        does: fc.constant('open' as const),
        sandbox: fc.constantFrom('sb-1', 'sb-2', 'sb-3', 'sb-4', 'sb-5', 'sb-6'),
      }),
      fc.record({
        does: fc.constant('take' as const),
        which: fc.nat(30),
        bytes: fc.integer({ min: 1, max: 300 }),
      }),
      fc.record({ does: fc.constant('close' as const), which: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const pool = createAnswerPool(1_000);
        const opened: {
          readonly sandbox: string;
          readonly hold: AnswerHold;
          open: boolean;
          bytes: number;
        }[] = [];
        const sumOf = (sandbox?: string) =>
          opened.reduce(
            (sum, own) => sum + (sandbox === undefined || own.sandbox === sandbox ? own.bytes : 0),
            0,
          );
        for (const next of steps) {
          if (next.does === 'open') {
            opened.push({ sandbox: next.sandbox, hold: pool.open(next.sandbox), open: true, bytes: 0 });
            continue;
          }
          const own = opened[next.which % Math.max(opened.length, 1)];
          if (own === undefined) continue;
          if (next.does === 'close') {
            own.hold.close();
            Object.assign(own, { open: false, bytes: 0 });
          } else {
            const fits = sumOf() + next.bytes <= 1_000 && sumOf(own.sandbox) + next.bytes <= 250;
            expect(own.hold.take(next.bytes)).to.equal(own.open && fits);
            if (own.open && fits) own.bytes += next.bytes;
          }
          expect(own.hold.bytes).to.equal(own.bytes);
          expect(pool.heldBytes()).to.equal(sumOf());
        }
        for (const { hold } of opened) hold.close();
        expect(pool.heldBytes()).to.equal(0);
      }),
    );
  });

  it('counts an answer once, whatever was taken for it while it was made', () => {
    const pool = createAnswerPool(4_000 * KIB);
    const hold = pool.open('sb-1');
    expect(holdAnswer(hold, 256 * KIB), 'the first 256 KiB are free').to.equal(true);
    expect(pool.heldBytes()).to.equal(0);
    expect(holdAnswer(hold, 756 * KIB)).to.equal(true);
    expect(holdAnswer(hold, 700 * KIB)).to.equal(true);
    expect(pool.heldBytes()).to.equal(500 * KIB);
    expect(holdAnswer(hold, 1_257 * KIB), 'more than a quarter').to.equal(false);
    expect(pool.heldBytes()).to.equal(500 * KIB);
  });
});
