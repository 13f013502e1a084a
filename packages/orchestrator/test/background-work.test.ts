import { expect } from 'chai';
import { startBackgroundWork } from '../src/background-work.js';
import { eventually } from './eventually.js';
import { closedGate } from './gate.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const NEVER_MS = 1_000_000;

describe('startBackgroundWork', () => {
  it('does the first round at once and repeats it', async () => {
    let rounds = 0;
    const round = async () => {
      rounds += 1;
    };
    const work = startBackgroundWork({ name: 'counting', intervalMs: 1, round, logger: silent });
    expect(rounds).to.equal(1);
    await eventually(() => expect(rounds).to.be.above(3));
    await work.stop();
  });

  it('goes on after a round that fails, and logs it', async () => {
    let rounds = 0;
    const warnings: unknown[] = [];
    const failure = new Error('as arranged');
    const work = startBackgroundWork({
      name: 'counting',
      intervalMs: 1,
      round: async () => {
        rounds += 1;
        if (rounds === 1) throw failure;
      },
      logger: { ...silent, warn: (message, fields) => warnings.push([message, fields]) },
    });
    await eventually(() => expect(rounds).to.be.above(1));
    await work.stop();
    expect(warnings).to.deep.equal([['counting failed', { error: failure }]]);
  });

  it('never runs two rounds at once', async () => {
    let rounds = 0;
    const gate = closedGate();
    const round = () => {
      rounds += 1;
      return gate.passed;
    };
    const work = startBackgroundWork({ name: 'waiting', intervalMs: NEVER_MS, round, logger: silent });
    const asked = [work.runOnce(), work.runOnce()];
    expect(rounds).to.equal(1);
    gate.open();
    await Promise.all(asked);
    await work.runOnce();
    expect(rounds).to.equal(2);
    await work.stop();
  });

  it('aborts the round under way when it is stopped, waits for it, and begins no other', async () => {
    let rounds = 0;
    let ended = false;
    const warnings: string[] = [];
    const work = startBackgroundWork({
      name: 'hanging',
      intervalMs: 1,
      round: async (signal) => {
        rounds += 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended = true;
        throw new Error('given up');
      },
      logger: { ...silent, warn: (message) => warnings.push(message) },
    });
    await work.stop();
    expect(ended).to.equal(true);
    await work.runOnce();
    expect(rounds).to.equal(1);
    expect(warnings).to.deep.equal([]);
  });
});
