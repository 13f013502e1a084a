import { expect } from 'chai';
import pg from 'pg';
import { MAX_PRUNE_LIMIT, type NewTokenIssuance } from '../src/index.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

describe('TokenIssuanceRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());
  beforeEach(() => fixture.reset());

  const issuance = (tokenId: string, overrides: Partial<NewTokenIssuance> = {}): NewTokenIssuance => ({
    tokenId,
    workerId: 'w-1',
    requester: 'key:operations',
    credentialId: 'ak-1',
    method: 'api',
    audience: 'worker:control-plane',
    scopes: ['worker:heartbeat'],
    keyFingerprint: '0123456789abcdef',
    sourceAddress: '192.0.2.7',
    requestId: 'req-1',
    issuedAt: new Date('2030-01-01T00:00:00Z'),
    expiresAt: new Date('2030-01-01T00:05:00Z'),
    ...overrides,
  });

  it('finds by token id what was appended, in full', async () => {
    const { tokenIssuances } = fixture.store;
    const stored = await tokenIssuances.append(issuance('t-1'));
    expect(stored).to.deep.equal({ ...issuance('t-1'), id: stored.id });
    expect(await tokenIssuances.find('t-1')).to.deep.equal(stored);
    expect(await tokenIssuances.find('t-2')).to.equal(undefined);
  });

  it('tells no scopes from no scope', async () => {
    const { tokenIssuances } = fixture.store;
    expect((await tokenIssuances.append(issuance('t-1', { scopes: null }))).scopes).to.equal(null);
    expect((await tokenIssuances.append(issuance('t-2', { scopes: [] }))).scopes).to.deep.equal([]);
  });

  it('refuses a token id that was issued before, and does not repeat it', async () => {
    const { tokenIssuances } = fixture.store;
    await tokenIssuances.append(issuance('t-1'));
    const refusal = await rejection(tokenIssuances.append(issuance('t-1', { workerId: 'w-2' })), 'conflict');
    expect(refusal.message).to.equal('a token with this id was issued before');
    expect((await tokenIssuances.find('t-1'))?.workerId).to.equal('w-1');
  });

  it('records hostile request data instead of refusing it', async () => {
    const hostile = `a\0b\uD800${'x'.repeat(600)}`;
    const stored = await fixture.store.tokenIssuances.append(
      issuance('t-1', { requestId: hostile, sourceAddress: hostile, requester: hostile }),
    );
    expect(stored.requestId).to.equal(`a\uFFFDb\uFFFD${'x'.repeat(508)}`);
  });

  it('pages newest first, by worker too, undisturbed by new rows', async () => {
    const { tokenIssuances } = fixture.store;
    for (const number of [1, 2, 3, 4, 5]) {
      await tokenIssuances.append(issuance(`t-${number}`, { workerId: `w-${number % 2}` }));
    }
    let extra = 0;
    const pages = await everyPage(
      (request) => tokenIssuances.list(request),
      2,
      () => tokenIssuances.append(issuance(`extra-${extra++}`)),
    );
    expect(pages.map((page) => page.map(({ tokenId }) => tokenId))).to.deep.equal([
      ['t-5', 't-4'],
      ['t-3', 't-2'],
      ['t-1'],
    ]);
    const ofWorker = await everyPage((request) => tokenIssuances.list({ ...request, workerId: 'w-1' }), 10);
    expect(ofWorker.flat().map(({ tokenId }) => tokenId)).to.include.members(['t-5', 't-3', 't-1']);
    expect(ofWorker.flat().map(({ tokenId }) => tokenId)).not.to.include.members(['t-4', 't-2']);
  });

  it('prunes the longest expired first, as many as asked for, and the living never', async () => {
    const { tokenIssuances } = fixture.store;
    const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 0, minute));
    for (const minute of [3, 1, 5, 2, 4]) {
      await tokenIssuances.append(issuance(`t-${minute}`, { expiresAt: at(minute) }));
    }
    expect(await tokenIssuances.prune({ before: at(4), limit: 2 })).to.equal(2);
    const left = async () => (await tokenIssuances.list()).items.map(({ tokenId }) => tokenId).sort();
    expect(await left()).to.deep.equal(['t-3', 't-4', 't-5']);
    expect(await tokenIssuances.prune({ before: at(4), limit: 2 })).to.equal(1);
    expect(await tokenIssuances.prune({ before: at(4) })).to.equal(0);
    expect(await left()).to.deep.equal(['t-4', 't-5']);
  });

  it('prunes every row once when several processes prune at the same time', async () => {
    const { tokenIssuances } = fixture.store;
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => tokenIssuances.append(issuance(`t-${index}`))),
    );
    const before = new Date('2030-02-01T00:00:00Z');
    const counts = await Promise.all(
      Array.from({ length: 8 }, () => tokenIssuances.prune({ before, limit: 5 })),
    );
    expect(Math.max(...counts)).to.be.at.most(5);
    const { items } = await tokenIssuances.list();
    expect(counts.reduce((sum, count) => sum + count, 0) + items.length).to.equal(40);
  });

  it('leaves rows that another process is deleting to it, and does not wait', async () => {
    const { tokenIssuances } = fixture.store;
    await tokenIssuances.append(issuance('t-1'));
    await tokenIssuances.append(issuance('t-2'));
    const client = new pg.Client({ connectionString: fixture.database.dsn });
    await client.connect();
    try {
      await client.query('begin');
      await client.query(`delete from worker_token_issuances where token_id = 't-1'`);
      expect(await tokenIssuances.prune({ before: new Date('2030-02-01T00:00:00Z') })).to.equal(1);
    } finally {
      await client.end();
    }
    expect((await tokenIssuances.list()).items.map(({ tokenId }) => tokenId)).to.deep.equal(['t-1']);
  });

  it('refuses invalid input', async () => {
    const { tokenIssuances } = fixture.store;
    const before = new Date(0);
    await rejection(tokenIssuances.append(issuance(' ')), 'invalid_input');
    await rejection(tokenIssuances.append(issuance('t', { workerId: '' })), 'invalid_input');
    await rejection(tokenIssuances.append(issuance('t', { audience: '' })), 'invalid_input');
    await rejection(
      tokenIssuances.append(issuance('t', { issuedAt: new Date(Number.NaN) })),
      'invalid_input',
    );
    await rejection(
      tokenIssuances.append(issuance('t', { expiresAt: new Date(Number.NaN) })),
      'invalid_input',
    );
    await rejection(tokenIssuances.list({ after: 'x' }), 'invalid_input');
    await rejection(tokenIssuances.prune({ before, limit: 0 }), 'invalid_input');
    await rejection(tokenIssuances.prune({ before, limit: MAX_PRUNE_LIMIT + 1 }), 'invalid_input');
    await rejection(tokenIssuances.prune({ before: new Date(Number.NaN) }), 'invalid_input');
  });
});
