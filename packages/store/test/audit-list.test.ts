import { expect } from 'chai';
import type { AuditFilter, NewAuditEvent } from '../src/index.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

describe('AuditRepository.list', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());
  beforeEach(() => fixture.reset());

  const entry = (overrides: Partial<NewAuditEvent> = {}): NewAuditEvent => ({
    tenant: '',
    category: 'admin',
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
    const stored = await store.audit.append(entry({ detail }));
    expect(stored).to.deep.include({ ...entry({ detail }), at: clock(), sequence: 1, phase: 'outcome' });
    expect((await store.audit.list()).items).to.deep.equal([stored]);
    const timed = await store.audit.append(entry({ at: second(1) }));
    expect(timed).to.deep.include({ at: second(1), detail: {}, sequence: 2, prevHash: stored.hash });
    const more = {
      tenant: 'tn-1',
      category: 'operation',
      phase: 'intent',
      outcome: '',
      actorTenant: 'tn-2',
      method: 'POST',
      path: '/api/v1/sandboxes',
      userAgent: 'curl/8',
      status: 201,
      durationMs: 12.7,
    } as const;
    expect(await store.audit.append(entry(more))).to.include({ ...more, durationMs: 13, sequence: 1 });
    const outcome = entry({ intentId: 'ae-1', tenant: 'tn-1' });
    expect(await store.audit.append(outcome)).to.include({ intentId: 'ae-1', sequence: 2 });
  });

  it('records hostile text and long details instead of refusing them', async () => {
    const hostile = `a\0b\uDFFF${'x'.repeat(600)}`;
    const stored = await fixture.store.audit.append(
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
    const entries: ReadonlyArray<readonly [string, string, string, NewAuditEvent['outcome']]> = [
      ['ann', 'worker_token.issue', 'worker:w-1', 'success'],
      ['bob', 'worker_token.issue', 'worker:w-2', 'denied'],
      ['ann', 'join_token.create', 'join_token:jt-1', 'success'],
      ['bob', 'join_token.create', 'join_token:jt-2', 'failure'],
      ['ann', 'worker_token.revoke', 'worker:w-1', 'success'],
    ];
    beforeEach(async () => {
      for (const [index, [actorId, action, resource, outcome]] of entries.entries()) {
        await fixture.store.audit.append(
          entry({
            at: second(index),
            actorId,
            action,
            resource,
            outcome,
            requestId: String(index),
            tenant: actorId === 'bob' ? 'tn-1' : '',
            category: index === 3 ? 'policy' : 'admin',
            status: index === 1 ? 401 : 200,
            method: index === 1 || index === 4 ? 'POST' : 'GET',
            path: index === 2 ? '/a/b%/c' : '/a/bb/c',
          }),
        );
      }
    });

    const filters: ReadonlyArray<readonly [string, AuditFilter, string]> = [
      ['nothing', {}, '43210'],
      ['the actor', { actorId: 'ann' }, '420'],
      ['the action', { action: 'join_token.create' }, '32'],
      ['the resource', { resource: 'worker:w-1' }, '40'],
      ['the outcome', { outcome: 'denied' }, '1'],
      ['the tenant', { tenant: 'tn-1' }, '31'],
      ['the platform', { tenant: '' }, '420'],
      ['the category', { category: 'policy' }, '3'],
      ['the status', { status: 401 }, '1'],
      ['the method', { method: 'POST' }, '41'],
      ['a part of the path, which is no pattern', { pathPart: '/b%' }, '2'],
      ['the request', { requestId: '4' }, '4'],
      ['the phase', { phase: 'intent' }, ''],
      ['a time from which', { since: second(3) }, '43'],
      ['a time before which', { until: second(3) }, '210'],
      ['everything', { actorId: 'ann', outcome: 'success', since: second(1), until: second(4) }, '2'],
      ['what is not there', { actorId: 'eve' }, ''],
    ];
    for (const [name, filter, expected] of filters) {
      it(`lists newest first by ${name}, in one page or many`, async () => {
        const { audit } = fixture.store;
        for (const limit of [1, 2, 10]) {
          const pages = await everyPage((request) => audit.list({ ...filter, ...request }), limit);
          const seen = pages.flat().map(({ requestId }) => requestId);
          expect(seen.join(''), `pages of ${limit}`).to.equal(expected);
        }
      });
    }

    it('pages undisturbed by new entries, also by many at one time', async () => {
      const { audit } = fixture.store;
      for (const requestId of ['a', 'b', 'c']) {
        await audit.append(entry({ at: second(2), requestId }));
      }
      const pages = await everyPage(
        (request) => audit.list(request),
        3,
        () => audit.append(entry({ at: second(60), requestId: 'new' })),
      );
      expect(pages.map((page) => page.map(({ requestId }) => requestId).join(''))).to.deep.equal([
        '43c',
        'ba2',
        '10',
      ]);
    });
  });

  it('refuses invalid input', async () => {
    const { audit } = fixture.store;
    const never = new Date(Number.NaN);
    await rejection(audit.append(entry({ action: ' ' })), 'invalid_input');
    await rejection(audit.append(entry({ outcome: 'maybe' as 'denied' })), 'invalid_input');
    await rejection(audit.append(entry({ at: never })), 'invalid_input');
    await rejection(audit.append(entry({ detail: { big: 1n } })), 'invalid_input');
    await rejection(audit.list({ since: never }), 'invalid_input');
    await rejection(audit.list({ until: never }), 'invalid_input');
    await rejection(audit.list({ limit: 0 }), 'invalid_input');
    await rejection(audit.append(entry({ phase: 'intent' })), 'invalid_input');
    await rejection(audit.append(entry({ outcome: '' })), 'invalid_input');
    await rejection(audit.append(entry({ category: 'other' as 'admin' })), 'invalid_input');
    const foreign = Buffer.from('2030-01-01T00:00:00.000Z jt-1').toString('base64url');
    await rejection(audit.list({ after: foreign }), 'invalid_input');
    await rejection(audit.list({ after: 'x' }), 'invalid_input');
  });
});
