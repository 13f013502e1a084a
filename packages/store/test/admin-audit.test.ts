import { expect } from 'chai';
import type { AdminAuditFilter, AuditOutcome, NewAdminAuditEntry } from '../src/index.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

describe('AdminAuditRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());
  beforeEach(() => fixture.reset());

  const entry = (overrides: Partial<NewAdminAuditEntry> = {}): NewAdminAuditEntry => ({
    actorKind: 'api_key',
    actorId: 'ann',
    credentialId: 'ak-1',
    action: 'worker_token.issue',
    resource: 'worker:w-1',
    outcome: 'success',
    reason: '',
    requestId: 'req-1',
    sourceAddress: '192.0.2.7',
    ...overrides,
  });
  const second = (number: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, number));

  it('lists what was appended, in full', async () => {
    const { store, clock } = fixture;
    const detail = { audience: 'worker:rpc', scopes: ['worker:exec'], nested: { ttl_seconds: 300 } };
    const stored = await store.adminAudit.append(entry({ detail }));
    expect(stored).to.deep.equal({ ...entry({ detail }), id: stored.id, at: clock() });
    expect((await store.adminAudit.list()).items).to.deep.equal([stored]);
    const timed = await store.adminAudit.append(entry({ at: second(1) }));
    expect(timed).to.deep.include({ at: second(1), detail: {} });
  });

  it('records hostile text and long details instead of refusing them', async () => {
    const hostile = `a\0b\uDFFF${'x'.repeat(600)}`;
    const stored = await fixture.store.adminAudit.append(
      entry({
        actorId: hostile,
        action: hostile,
        resource: hostile,
        reason: hostile,
        requestId: hostile,
        detail: { 'na\0me': 'va\uD800lue', long: 'x'.repeat(5_000), number: 1e300 },
      }),
    );
    const clean = `a\uFFFDb\uFFFD${'x'.repeat(508)}`;
    expect(stored).to.include({ actorId: clean, action: clean, resource: clean, reason: clean });
    expect(stored.detail).to.deep.equal({ 'na\uFFFDme': 'va\uFFFDlue', number: 1e300, truncated: true });
  });

  describe('with several entries', () => {
    const entries: ReadonlyArray<readonly [string, string, string, AuditOutcome]> = [
      ['ann', 'worker_token.issue', 'worker:w-1', 'success'],
      ['bob', 'worker_token.issue', 'worker:w-2', 'denied'],
      ['ann', 'join_token.create', 'join_token:jt-1', 'success'],
      ['bob', 'join_token.create', 'join_token:jt-2', 'failure'],
      ['ann', 'worker_token.revoke', 'worker:w-1', 'success'],
    ];
    beforeEach(async () => {
      for (const [index, [actorId, action, resource, outcome]] of entries.entries()) {
        await fixture.store.adminAudit.append(
          entry({ at: second(index), actorId, action, resource, outcome, requestId: String(index) }),
        );
      }
    });

    const filters: ReadonlyArray<readonly [string, AdminAuditFilter, string]> = [
      ['nothing', {}, '43210'],
      ['the actor', { actorId: 'ann' }, '420'],
      ['the action', { action: 'join_token.create' }, '32'],
      ['the resource', { resource: 'worker:w-1' }, '40'],
      ['the outcome', { outcome: 'denied' }, '1'],
      ['a time from which', { since: second(3) }, '43'],
      ['a time before which', { until: second(3) }, '210'],
      ['everything', { actorId: 'ann', outcome: 'success', since: second(1), until: second(4) }, '2'],
      ['what is not there', { actorId: 'eve' }, ''],
    ];
    for (const [name, filter, expected] of filters) {
      it(`lists newest first by ${name}, in one page or many`, async () => {
        const { adminAudit } = fixture.store;
        for (const limit of [1, 2, 10]) {
          const pages = await everyPage((request) => adminAudit.list({ ...filter, ...request }), limit);
          const seen = pages.flat().map(({ requestId }) => requestId);
          expect(seen.join(''), `pages of ${limit}`).to.equal(expected);
        }
      });
    }

    it('pages undisturbed by new entries, also by many at one time', async () => {
      const { adminAudit } = fixture.store;
      for (const requestId of ['a', 'b', 'c']) {
        await adminAudit.append(entry({ at: second(2), requestId }));
      }
      const pages = await everyPage(
        (request) => adminAudit.list(request),
        3,
        () => adminAudit.append(entry({ at: second(60), requestId: 'new' })),
      );
      expect(pages.map((page) => page.map(({ requestId }) => requestId).join(''))).to.deep.equal([
        '43c',
        'ba2',
        '10',
      ]);
    });

    it('prunes what is older than a time, the oldest first, as many as asked for, and nothing else', async () => {
      const { adminAudit } = fixture.store;
      const left = async () => (await adminAudit.list()).items.map(({ requestId }) => requestId).join('');
      expect(await adminAudit.prune({ before: second(0) })).to.equal(0);
      expect(await adminAudit.prune({ before: second(3), limit: 2 })).to.equal(2);
      expect(await left()).to.equal('432');
      expect(await adminAudit.prune({ before: second(3), limit: 2 })).to.equal(1);
      expect(await left()).to.equal('43');
      expect(await adminAudit.prune({ before: second(3) })).to.equal(0);
    });
  });

  it('refuses invalid input', async () => {
    const { adminAudit } = fixture.store;
    const never = new Date(Number.NaN);
    await rejection(adminAudit.append(entry({ action: ' ' })), 'invalid_input');
    await rejection(adminAudit.append(entry({ outcome: 'maybe' as 'denied' })), 'invalid_input');
    await rejection(adminAudit.append(entry({ at: never })), 'invalid_input');
    await rejection(adminAudit.append(entry({ detail: { big: 1n } })), 'invalid_input');
    await rejection(adminAudit.list({ since: never }), 'invalid_input');
    await rejection(adminAudit.list({ until: never }), 'invalid_input');
    await rejection(adminAudit.list({ limit: 0 }), 'invalid_input');
    await rejection(adminAudit.prune({ before: never }), 'invalid_input');
    await rejection(adminAudit.prune({ before: second(0), limit: 0 }), 'invalid_input');
    const foreign = Buffer.from('2030-01-01T00:00:00.000Z jt-1').toString('base64url');
    await rejection(adminAudit.list({ after: foreign }), 'invalid_input');
    await rejection(adminAudit.list({ after: 'x' }), 'invalid_input');
  });
});
