import { expect } from 'chai';
import fc from 'fast-check';
import { type Claim, createWaitingLine, noteUsedUp, type UsedUp } from '../src/waiting-line.js';

const nothing = (): UsedUp => ({ total: false, owners: new Set(), providers: new Set() });
const claim = (arrival: number, owner: string, provider = 'bubblewrap', lane = owner): Claim => ({
  arrival,
  lane,
  owner,
  provider,
});

function lineOf(...claims: readonly Claim[]) {
  const line = createWaitingLine<Claim>();
  for (const each of claims) line.join(each, 'total');
  const serveAll = (usedUp = nothing()): string[] => {
    const served: string[] = [];
    for (let next = line.next(usedUp); next !== undefined; next = line.next(usedUp)) {
      line.served(next);
      served.push(`${next.owner}${next.arrival}`);
    }
    return served;
  };
  return { line, serveAll };
}

describe('WaitingLine', () => {
  it('lets the owners take turns, and the first of each be the first', () => {
    const { line, serveAll } = lineOf(
      ...['a', 'a', 'a', 'b', 'c', 'b'].map((owner, index) => claim(index, owner)),
    );
    expect(serveAll()).to.deep.equal(['a0', 'b3', 'c4', 'a1', 'b5', 'a2']);
    expect([line.size, line.waiters()]).to.deep.equal([0, []]);
  });

  it('puts one that was refused late where it arrived', () => {
    expect(lineOf(claim(2, 'a'), claim(3, 'a'), claim(1, 'a')).serveAll()).to.deep.equal(['a1', 'a2', 'a3']);
  });

  it('leaves the turn to the owner whose waiter went away', () => {
    const [first, second, other] = [claim(1, 'a'), claim(2, 'a'), claim(3, 'b')];
    const { line, serveAll } = lineOf(first, second, other);
    line.leave(first);
    line.leave(first);
    expect(line.size).to.equal(2);
    expect(serveAll()).to.deep.equal(['a2', 'b3']);
  });

  it('passes over those who need what is used up, and nobody else', () => {
    const claims = [claim(1, 'a', 'docker'), claim(2, 'a'), claim(3, 'b'), claim(4, 'c', 'docker')];
    const cases = [
      ['owner', claims[0]!, ['b3', 'c4']],
      ['provider', claims[0]!, ['a2', 'b3']],
      ['total', claims[0]!, []],
    ] as const;
    for (const [scarcity, of, expected] of cases) {
      const usedUp = nothing();
      noteUsedUp(usedUp, scarcity, of);
      expect(lineOf(...claims).serveAll(usedUp), scarcity).to.deep.equal(expected);
    }
  });

  describe('for somebody new', () => {
    it('tells behind whom it has to wait', () => {
      const { line } = lineOf();
      expect(line.scarcityFor(claim(9, 'a'))).to.equal(undefined);
      line.join(claim(1, 'a'), 'owner');
      expect(line.scarcityFor(claim(9, 'a', 'docker'))).to.equal('owner');
      expect(line.scarcityFor(claim(9, 'b'))).to.equal(undefined);
      line.join(claim(2, 'a', 'docker'), 'provider');
      expect(line.scarcityFor(claim(9, 'b', 'docker'))).to.equal('provider');
      expect(line.scarcityFor(claim(9, 'a', 'docker'))).to.equal('provider');
      expect(line.scarcityFor(claim(9, 'b'))).to.equal(undefined);
      line.join(claim(3, 'c'), 'total');
      expect(line.scarcityFor(claim(9, 'b'))).to.equal('total');
    });

    it('goes by what they wait for now, not by what they waited for once', () => {
      const { line } = lineOf(claim(1, 'a'));
      line.next({ ...nothing(), owners: new Set(['a']) });
      expect(line.scarcityFor(claim(9, 'b'))).to.equal(undefined);
      expect(line.scarcityFor(claim(9, 'a'))).to.equal('owner');
    });
  });

  it('never serves an owner twice more than another who waits all the while', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 }), (owners) => {
        const waiting = new Map<string, number>();
        for (const owner of owners) waiting.set(owner, (waiting.get(owner) ?? 0) + 1);
        const counts = new Map([...waiting.keys()].map((owner) => [owner, 0]));
        const lastArrival = new Map<string, number>();
        for (const text of lineOf(...owners.map((owner, index) => claim(index, owner))).serveAll()) {
          const owner = text.charAt(0);
          const arrival = Number(text.slice(1));
          expect(arrival).to.be.above(lastArrival.get(owner) ?? -1);
          lastArrival.set(owner, arrival);
          counts.set(owner, counts.get(owner)! + 1);
          const still = [...counts].filter(([each, count]) => count < waiting.get(each)!);
          const served = still.map(([, count]) => count);
          if (served.length > 0) expect(Math.max(...served) - Math.min(...served)).to.be.at.most(1);
        }
        expect(counts).to.deep.equal(waiting);
      }),
    );
  });

  it('lets tenants take turns, not the owners of a tenant', () => {
    const owned = (arrival: number, owner: string) => claim(arrival, owner, 'bubblewrap', 'tenant');
    const { serveAll } = lineOf(owned(0, 'a'), owned(1, 'b'), owned(2, 'a'), claim(3, 'c'), claim(4, 'c'));
    expect(serveAll()).to.deep.equal(['a0', 'c3', 'b1', 'c4', 'a2']);
  });

  it('starves nobody: whoever waits is served before any other lane is served twice more', () => {
    const step = fc.oneof(
      fc.record({ join: fc.constantFrom('a', 'b', 'c', 'd'), owner: fc.constantFrom('x', 'y') }),
      fc.record({ leave: fc.nat(50) }),
      fc.constant('serve' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { line } = lineOf();
        let arrival = 0;
        /** By waiter: how often each other lane was served while it was the first of its own. */
        const overtaken = new Map<Claim, Map<string, number>>();
        const serve = (): boolean => {
          const firsts = new Map<string, Claim>();
          for (const waiter of line.waiters()) if (!firsts.has(waiter.lane)) firsts.set(waiter.lane, waiter);
          const next = line.next(nothing());
          if (next === undefined) return false;
          expect(next, 'FIFO inside a lane').to.equal(firsts.get(next.lane));
          line.served(next);
          for (const first of firsts.values()) {
            if (first === next) continue;
            const counts = overtaken.get(first) ?? new Map<string, number>();
            counts.set(next.lane, (counts.get(next.lane) ?? 0) + 1);
            overtaken.set(first, counts);
            expect(counts.get(next.lane), 'how often a lane overtakes another').to.be.at.most(1);
          }
          return true;
        };
        for (const each of steps) {
          if (each === 'serve') serve();
          else if ('leave' in each) {
            const waiters = line.waiters();
            const leaver = waiters[each.leave % Math.max(waiters.length, 1)];
            if (leaver !== undefined) line.leave(leaver);
          } else {
            arrival += 1;
            line.join(claim(arrival, each.owner, 'bubblewrap', each.join), 'total');
          }
        }
        let left = line.size;
        while (serve()) left -= 1;
        expect([left, line.size]).to.deep.equal([0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});
