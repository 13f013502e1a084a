import { expect } from 'chai';
import fc from 'fast-check';
import { faultKinds, planFaults } from './fault-plan.js';
import { seededRandom } from './seeded-random.js';

const targets = {
  workers: ['w-0', 'w-1'],
  controlPlanes: ['c-0', 'c-1'],
  links: { postgres: ['p-0'], worker: ['r-0'], 'control plane': ['u-0'] },
  networks: ['n-0'],
};
const withoutNetworks = { ...targets, networks: [] };
/** 19 kinds, and between any two at most 1.25 s. */
const timing = { durationMs: 24_000, meanGapMs: 1_000, longestMs: 1_200 };

describe('planFaults', () => {
  it('makes the same plan of the same seed, and another of another', () => {
    const plan = (seed: number) => planFaults(seededRandom(seed), targets, timing);
    expect(plan(7)).to.deep.equal(plan(7));
    expect(plan(7)).not.to.deep.equal(plan(8));
  });

  for (const [name, ofCase] of [
    ['with networks', targets],
    ['without', withoutNetworks],
  ] as const) {
    it(`has every kind in a time that has room for all, each within the limits and at a target of its kind, ${name}`, () => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const plan = planFaults(seededRandom(seed), ofCase, timing);
          expect(new Set(plan.map(({ kind }) => kind))).to.deep.equal(new Set(faultKinds(ofCase)));
          for (const { kind, target, atMs, forMs } of plan) {
            expect(atMs).to.be.within(0, 24_000);
            expect(forMs).to.be.within(200, 1_200);
            const initial = { worker: /^[wr]/, plane: /^[cu]/, postgres: /^p/, network: /^n/, host: /^n/ }[
              kind.split(' ').at(-1)!
            ];
            expect(target).to.match(initial!);
          }
        }),
      );
    });
  }
});
