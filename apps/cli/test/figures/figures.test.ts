import { expect } from 'chai';
import { measureHeartbeats } from './heartbeat-figures.js';
import { measureRpc } from './rpc-figures.js';

/** The numbers depend on the machine; that there are some, and no failures, does not. */
describe('figures', function () {
  this.timeout(120_000);

  it('of heartbeats tell the rate and the CPU of each part', async () => {
    const startedAt = performance.now();
    const figures = await measureHeartbeats({
      workers: 20,
      paceMs: 100,
      warmUpMs: 500,
      seconds: 1,
      durable: false,
    });
    expect(figures).to.deep.include({ failed: 0, errors: {} });
    // 20 each 100 ms; a slow machine sends fewer, and then all at once what was due since the start.
    const due = 20 * (1 + (performance.now() - startedAt) / 100);
    expect(figures.perSecond).to.be.within(10, due);
    expect(figures.latencyMs?.p50).to.be.greaterThan(0);
    expect(figures.controlPlane.microsecondsEach).to.be.greaterThan(0);
    expect(figures.generator.microsecondsEach).to.be.greaterThan(0);
    expect(figures.postgres.percentOfOneCore).to.be.at.least(0);
    expect(figures.controlPlanePeakMib).to.be.greaterThan(10);
  });

  for (const [name, tls] of [
    ['plain HTTP', false],
    ['mutual TLS', true],
  ] as const) {
    it(`of RPC by ${name} tell round trips and throughput`, async () => {
      const { roundTripMs, firstCallMs, ...figures } = await measureRpc(tls, { calls: 50, fileMib: 4 });
      expect(roundTripMs.p50).to.be.greaterThan(0).and.to.be.at.most(roundTripMs.p99);
      expect(firstCallMs.p50).to.be.greaterThan(0).and.to.be.at.most(firstCallMs.p99);
      expect(figures.callsPerSecond).to.be.greaterThan(1);
      expect(figures.writeMibPerSecond).to.be.greaterThan(0);
      expect(figures.readMibPerSecond).to.be.greaterThan(0);
      expect(figures.workerAddedMib).to.be.within(0, 200);
    });
  }
});
