import { expect } from 'chai';
import { createStaticTokenWarnings } from '../../src/worker-identity/static-token-warnings.js';

describe('warnings of static tokens', () => {
  it('come once in ten minutes for each worker', () => {
    let now = 0;
    const told: unknown[] = [];
    const warn = createStaticTokenWarnings(
      { warn: (_message, fields) => told.push(fields?.['worker_id']) },
      () => new Date(now),
    );
    warn('worker-a', 'shared');
    warn('worker-a', 'shared');
    warn('worker-b', 'worker');
    now += 599_999;
    warn('worker-a', 'shared');
    expect(told).to.deep.equal(['worker-a', 'worker-b']);
    now += 1;
    warn('worker-a', 'shared');
    expect(told).to.deep.equal(['worker-a', 'worker-b', 'worker-a']);
  });

  it('remember a bounded number of workers', () => {
    const told: unknown[] = [];
    const warn = createStaticTokenWarnings(
      { warn: (_message, fields) => told.push(fields?.['worker_id']) },
      () => new Date(0),
    );
    for (let n = 0; n <= 10_000; n += 1) warn(`worker-${n}`, 'shared');
    told.length = 0;
    warn('worker-10000', 'shared');
    warn('worker-0', 'shared');
    expect(told, 'the oldest was forgotten').to.deep.equal(['worker-0']);
  });
});
