import type { Store } from '@stacyvm/store';
import { StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import { createSharedBuckets } from '../../src/callers/shared-buckets.js';
import { admin } from '../admin-calls.js';
import { call } from '../api-calls.js';
import { type Fixture, settingsFor, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { captureLogs } from '../log-capture.js';

const SIZE = { capacity: 5, perSecond: 1 / 60 };

describe('buckets that control planes share', () => {
  type Take = Store['rateBuckets']['take'];

  /** With a database whose answers the test gives. */
  const create = (take: Take, mode = 'postgres') => {
    const time = { ms: 0 };
    const logs = captureLogs();
    const buckets = createSharedBuckets({
      settings: settingsFor({ 'rate_limit.store': mode }),
      store: { rateBuckets: { take, prune: async () => 0 } },
      logger: logs.logger,
      now: () => time.ms,
    });
    return { buckets, time, logs };
  };
  const all: Take = async (questions) =>
    questions.map(({ key, wanted, capacity }) => ({
      key,
      granted: Math.min(wanted, capacity),
      tokens: Math.max(capacity - wanted, 0),
    }));

  it('ask once for all who come while a question is under way, and give to those who came first', async () => {
    const questions: Array<readonly [string, number]> = [];
    const { buckets } = create(async (asked) => {
      questions.push(...asked.map(({ key, wanted }) => [key, wanted] as const));
      return all(asked);
    });
    const first = buckets.take('caller', 'ada', SIZE);
    const later = Array.from({ length: 8 }, () => buckets.take('caller', 'ada', SIZE));
    const other = buckets.take('caller', 'bob', SIZE);
    expect(await first).to.deep.equal({ taken: true, left: 4, retryAfterSeconds: 0 });
    const takings = await Promise.all(later);
    expect(takings.map((taking) => taking?.taken)).to.deep.equal([
      ...Array(5).fill(true),
      ...Array(3).fill(false),
    ]);
    expect(takings.map((taking) => taking?.left)).to.deep.equal([4, 3, 2, 1, 0, 0, 0, 0]);
    expect(takings.at(-1)?.retryAfterSeconds).to.equal(60);
    expect((await other)?.taken).to.equal(true);
    expect(questions.map(([, wanted]) => wanted)).to.deep.equal([1, 8, 1]);
    expect(buckets.status()).to.include({ statements: 2, failures: 0, shared: true });
  });

  it('have keys of one length that tell nothing about the caller, and differ by kind', async () => {
    const keys = new Set<string>();
    const { buckets } = create(async (asked) => {
      for (const { key } of asked) keys.add(key);
      return all(asked);
    });
    for (const kind of ['caller', 'stranger']) await buckets.take(kind, '203.0.113.9', SIZE);
    expect(keys.size).to.equal(2);
    for (const key of keys) expect(key).to.match(/^[A-Za-z0-9_-]{43}$/);
  });

  it('leave each to count for itself while the database fails, and ask again after a pause', async () => {
    let asked = 0;
    let fails = true;
    const { buckets, time, logs } = create(async (questions) => {
      asked += 1;
      if (fails) throw new StoreError('unavailable', 'away');
      return all(questions);
    });
    for (let n = 0; n < 5; n += 1) expect(await buckets.take('caller', 'ada', SIZE)).to.equal(undefined);
    expect(asked).to.equal(1);
    expect(buckets.status()).to.include({ shared: false, failures: 1 });
    time.ms += 1_000;
    expect(await buckets.take('caller', 'ada', SIZE)).to.equal(undefined);
    expect(asked).to.equal(2);
    expect(
      logs.records('the database does not count requests; each control plane counts for itself'),
    ).to.have.length(1);
    fails = false;
    time.ms += 1_000;
    expect((await buckets.take('caller', 'ada', SIZE))?.taken).to.equal(true);
    expect(buckets.status()).to.include({ shared: true });
  });

  it('do not wait long for a database that hangs, and do not ask it twice at once', async () => {
    let asked = 0;
    let answer: (() => void) | undefined;
    const { buckets, time } = create(async (questions) => {
      asked += 1;
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return all(questions);
    });
    const began = performance.now();
    expect(await buckets.take('caller', 'ada', SIZE)).to.equal(undefined);
    expect(performance.now() - began).to.be.within(1_500, 10_000);
    time.ms += 1_000;
    expect(await buckets.take('caller', 'ada', SIZE)).to.equal(undefined);
    expect(asked).to.equal(1);
    answer?.();
    await eventually(async () => {
      void buckets.take('caller', 'ada', SIZE);
      expect(asked).to.equal(2);
    });
    answer?.();
    await eventually(() => expect(buckets.status().shared).to.equal(true));
  });

  const modes = [
    { mode: 'memory', planes: 5, shared: false },
    { mode: 'auto', planes: 1, shared: false },
    { mode: 'auto', planes: 2, shared: true },
    { mode: 'postgres', planes: 0, shared: true },
  ];
  for (const { mode, planes, shared } of modes) {
    it(`are ${shared ? '' : 'not '}asked when the store is ${mode} and there are ${planes} control planes`, async () => {
      const { buckets } = create(all, mode);
      buckets.follow(() => planes);
      expect((await buckets.take('caller', 'ada', SIZE)) !== undefined).to.equal(shared);
    });
  }
});

describe('two control planes on one database', () => {
  let fixture: Fixture;
  let other: Awaited<ReturnType<Fixture['beside']>>;
  before(async () => {
    fixture = await startFixture({
      'rate_limit.enabled': true,
      'rate_limit.requests_per_minute': 1,
      'rate_limit.burst': 20,
      'rate_limit.store': 'postgres',
      'auth.worker_token_issue_limit': 4,
    });
    other = await fixture.beside();
  });
  after(() => fixture?.dispose());

  it('let a caller have exactly one budget of 20, whichever it asks', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => call(n % 2 === 0 ? fixture : other, '/sandboxes')),
    );
    expect(
      fixture.logs.records('the database does not count requests; each control plane counts for itself'),
    ).to.deep.equal([]);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(20);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).to.have.length(40);
    for (const { headers } of refused) {
      expect(headers.get('x-ratelimit-remaining')).to.equal('0');
      expect(Number(headers.get('retry-after'))).to.be.within(1, 60);
    }
    expect((await admin(fixture, '/worker-keys')).status).to.equal(200);
  });

  it('let strangers of one address guess 20 times together', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => call(n % 2 === 0 ? fixture : other, '/sandboxes', { key: null })),
    );
    expect(answers.filter(({ status }) => status === 401)).to.have.length(20);
    expect(answers.filter(({ status }) => status === 429)).to.have.length(20);
  });

  it('issue as many worker tokens as one may, and as its quota says', async () => {
    const issue = async (times: number): Promise<readonly unknown[]> => {
      const reasons: unknown[] = [];
      for (let n = 0; n < times; n += 1) {
        const { status, body } = await admin(
          n % 2 === 0 ? fixture : { ...fixture, url: other.url },
          '/worker-tokens',
          {
            body: { worker_id: 'worker-1' },
          },
        );
        reasons.push(status === 200 ? 200 : body['reason']);
      }
      return reasons;
    };
    expect(await issue(6)).to.deep.equal([200, 200, 200, 200, 'issue_limit', 'issue_limit']);
    const { items } = await fixture.store.tokenIssuances.list();
    const subject = { tenantId: '', ownerId: String(items[0]?.requester) };
    const none = { maxSandboxes: 0, maxMemoryMb: 0, maxVcpus: 0, maxTtlSeconds: 0, maxExecTimeoutSeconds: 0 };
    await fixture.store.quotas.set(subject, { ...none, maxTokenIssuesPerMinute: 8 });
    expect(await issue(1)).to.deep.equal([200]);
    await fixture.store.quotas.set(subject, { ...none, maxTokenIssuesPerMinute: 1 });
    expect(await issue(2)).to.deep.equal(['quota_exceeded', 'quota_exceeded']);
  });
});
