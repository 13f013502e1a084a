import { expect } from 'chai';
import {
  type CheckNode,
  failure,
  note,
  skipped,
  success,
  warning,
  weakness,
} from '../../src/doctor/check.js';
import { runChecks, worstOf } from '../../src/doctor/run-checks.js';

const OPTIONS = { timeoutMs: 1_000, production: false, redactText: (text: string) => text };

const ok = note('ok', 'ok', success('fine'));
const warned = note('warned', 'warned', warning('hm', 'look'));
const failed = note('failed', 'failed', failure('bad', 'do'));
const left = note('left', 'left', skipped('no'));
const weak = note('weak', 'weak', weakness('weak', 'harden'));

const group = (...checks: readonly CheckNode[]): CheckNode => ({
  id: 'group',
  title: 'group',
  checks: () => checks,
});

describe('runChecks', () => {
  const families: ReadonlyArray<readonly [string, readonly CheckNode[], string]> = [
    ['a failure among all others', [ok, warned, failed, left], 'failure'],
    ['a warning among what is fine', [left, ok, warned], 'warning'],
    ['what is fine and what was left out', [left, ok], 'success'],
    ['nothing that was looked at', [left, left], 'skipped'],
    ['nothing at all', [], 'skipped'],
    ['a failure two levels below', [ok, group(group(failed))], 'failure'],
  ];
  for (const [name, children, status] of families) {
    it(`gives a parent of ${name} the status ${status}`, async () => {
      expect((await runChecks([group(...children)], OPTIONS))[0]?.status).to.equal(status);
    });
  }

  it('tells the results in the order of the checks, with dotted ids', async () => {
    const slow: CheckNode = {
      id: 'slow',
      title: 'slow',
      run: () => new Promise((resolve) => setImmediate(() => resolve(success('at last')))),
    };
    const [result] = await runChecks([group(slow, ok)], OPTIONS);
    expect(result?.checks.map(({ id }) => id)).to.deep.equal(['group.slow', 'group.ok']);
  });

  it('fails a check that throws, and goes on with the others', async () => {
    const thrower: CheckNode = {
      id: 'thrower',
      title: 'thrower',
      async run() {
        throw new Error('out of order');
      },
    };
    const [first, second] = await runChecks([thrower, ok], OPTIONS);
    expect(first).to.include({ status: 'failure', message: 'out of order' });
    expect(second?.status).to.equal('success');
  });

  it('fails a group that cannot tell its checks', async () => {
    const broken: CheckNode = {
      id: 'broken',
      title: 'broken',
      checks() {
        throw new Error('no list');
      },
    };
    expect((await runChecks([broken], OPTIONS))[0]).to.include({ status: 'failure', message: 'no list' });
  });

  it('ends a check that takes too long, and tells it by its signal', async () => {
    let aborted = false;
    const endless: CheckNode = {
      id: 'endless',
      title: 'endless',
      run: (signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
    };
    const [first, second] = await runChecks([endless, ok], { ...OPTIONS, timeoutMs: 20 });
    expect(first).to.include({ status: 'failure', message: 'no result within 20 ms' });
    expect(second?.status).to.equal('success');
    expect(aborted).to.equal(true);
  });

  it('runs many side by side, but not all', async () => {
    let running = 0;
    let most = 0;
    const checks = Array.from(
      { length: 40 },
      (_, index): CheckNode => ({
        id: String(index),
        title: String(index),
        async run() {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return success('');
        },
      }),
    );
    expect((await runChecks(checks, OPTIONS)).every(({ status }) => status === 'success')).to.equal(true);
    expect(most).to.be.within(2, 8);
  });

  it('fails in production what is weak, and only that', async () => {
    const statuses = async (production: boolean): Promise<readonly string[]> =>
      (await runChecks([ok, warned, weak, left], { ...OPTIONS, production })).map(({ status }) => status);
    expect(await statuses(false)).to.deep.equal(['success', 'warning', 'warning', 'skipped']);
    expect(await statuses(true)).to.deep.equal(['success', 'warning', 'failure', 'skipped']);
  });

  it('takes secrets out of messages and advice', async () => {
    const redactText = (text: string): string => text.replaceAll('marker', '…');
    const [result] = await runChecks([note('a', 'a', failure('marker', 'marker'))], {
      ...OPTIONS,
      redactText,
    });
    expect(JSON.stringify(result)).not.to.contain('marker');
  });
});

describe('worstOf', () => {
  it('knows no worse than a failure', () => {
    expect(worstOf(['skipped', 'success', 'warning', 'failure'])).to.equal('failure');
  });
});
