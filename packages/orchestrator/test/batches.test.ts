import { expect } from 'chai';
import { type BatchesOptions, createBatches } from '../src/batches.js';
import { closedGate } from './gate.js';

describe('batches', () => {
  const batchesOf = (changes: Partial<BatchesOptions<number, string>> = {}) => {
    const handled: (readonly number[])[] = [];
    const batches = createBatches<number, string>({
      handle: async (items) => {
        handled.push(items);
        return items.map((item) => `did ${item}`);
      },
      isItemsFault: () => true,
      gatherMs: 5,
      batchSize: 3,
      maxWaiting: 100,
      refusal: () => new Error('full'),
      ...changes,
    });
    return { batches, handled };
  };

  it('handles together what comes in together, no more than the size of a batch, in order', async () => {
    const { batches, handled } = batchesOf();
    const results = await Promise.all([1, 2, 3, 4, 5].map(batches.add));
    expect(handled).to.deep.equal([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(results).to.deep.equal(['did 1', 'did 2', 'did 3', 'did 4', 'did 5']);
    expect(batches.size).to.equal(0);
  });

  it('begins no batch while another is under way', async () => {
    const opened = closedGate();
    let underWay = 0;
    const { batches } = batchesOf({
      gatherMs: 0,
      batchSize: 2,
      handle: async (items) => {
        underWay += 1;
        expect(underWay).to.equal(1);
        await opened.passed;
        underWay -= 1;
        return items.map(String);
      },
    });
    const all = Promise.all([1, 2, 3, 4, 5, 6].map(batches.add));
    expect(batches.size).to.equal(6);
    opened.open();
    expect(await all).to.have.length(6);
  });

  it('refuses what is too much, and takes more when there is room again', async () => {
    const { batches } = batchesOf({ maxWaiting: 2 });
    const taken = [batches.add(1), batches.add(2)];
    const refused = await batches.add(3).catch((error: Error) => error.message);
    expect(refused).to.equal('full');
    await Promise.all(taken);
    expect(await batches.add(4)).to.equal('did 4');
  });

  it('fails only the items whose fault it is', async () => {
    const attempts: (readonly number[])[] = [];
    const { batches } = batchesOf({
      batchSize: 8,
      handle: async (items) => {
        attempts.push(items);
        if (items.includes(5)) throw new Error('five');
        return items.map(String);
      },
    });
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map(batches.add));
    expect(results.map(({ status }) => status === 'fulfilled')).to.deep.equal(
      [1, 2, 3, 4, 5, 6, 7, 8].map((item) => item !== 5),
    );
    expect(attempts).to.have.length(7);
  });

  it('fails all at once when it is nobody’s fault, and goes on with the next', async () => {
    let outage = true;
    let calls = 0;
    const { batches } = batchesOf({
      isItemsFault: () => false,
      handle: async (items) => {
        calls += 1;
        if (outage) throw new Error('away');
        return items.map(String);
      },
    });
    const results = await Promise.allSettled([1, 2, 3].map(batches.add));
    expect(results.every(({ status }) => status === 'rejected')).to.equal(true);
    expect(calls).to.equal(1);
    outage = false;
    expect(await batches.add(4)).to.equal('4');
  });
});
