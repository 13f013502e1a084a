import { expect } from 'chai';
import fc from 'fast-check';
import { isTenantId, type Store, TENANTS_CHANNEL } from '../src/index.js';
import { eventually } from './eventually.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

const HASH = 'a'.repeat(64);

describe('TenantRepository', () => {
  let fixture: StoreFixture;
  let store: Store;
  before(async () => {
    fixture = await openFixture();
    store = fixture.store;
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  it('keeps a tenant as it was given', async () => {
    const tenant = await store.tenants.create({
      name: 'Research',
      ownerId: 'ada',
      settings: { tier: 'gold', list: [1, 'ü'] },
    });
    expect(tenant.id).to.match(/^tn-[0-9a-f]{24}$/);
    expect(tenant).to.deep.equal({
      id: tenant.id,
      name: 'Research',
      ownerId: 'ada',
      settings: { tier: 'gold', list: [1, 'ü'] },
      state: 'active',
      createdAt: fixture.clock(),
      updatedAt: fixture.clock(),
    });
    expect(await store.tenants.get(tenant.id)).to.deep.equal(tenant);
    expect(await store.tenants.get('tn-none')).to.equal(undefined);
  });

  it('takes an id of the caller once', async () => {
    expect(await store.tenants.create({ id: 'acme', name: 'Acme' })).to.include({ ownerId: '', id: 'acme' });
    await rejection(store.tenants.create({ id: 'acme', name: 'Other' }), 'conflict');
    expect((await store.tenants.get('acme'))?.name).to.equal('Acme');
  });

  for (const settings of [null, [], 'text', 0, { a: null }]) {
    it(`keeps the settings ${JSON.stringify(settings)}`, async () => {
      const { id } = await store.tenants.create({ name: 'A', settings });
      expect((await store.tenants.get(id))?.settings).to.deep.equal(settings);
    });
  }

  const refused: readonly (readonly [string, Parameters<Store['tenants']['create']>[0]])[] = [
    ['an id with a slash', { id: 'a/b', name: 'A' }],
    ['an id that begins with a dot', { id: '.a', name: 'A' }],
    ['an empty id', { id: '', name: 'A' }],
    ['an id of 129 characters', { id: 'a'.repeat(129), name: 'A' }],
    ['an id with a line feed at its end', { id: 'a\n', name: 'A' }],
    ['no name', { name: ' ' }],
    ['a name with a line feed', { name: 'a\nb' }],
    ['a name that is half a character', { name: '\ud800' }],
    ['a name of 201 characters', { name: 'a'.repeat(201) }],
    ['an owner of 129 characters', { name: 'A', ownerId: 'a'.repeat(129) }],
    ['an owner with NUL', { name: 'A', ownerId: 'a\0' }],
    ['settings beyond 16 KiB', { name: 'A', settings: 'a'.repeat(16 * 1024) }],
    ['settings with NUL', { name: 'A', settings: ['\0'] }],
    ['settings that are no JSON', { name: 'A', settings: () => 1 }],
  ];
  for (const [what, tenant] of refused) {
    it(`refuses ${what}`, async () => {
      await rejection(store.tenants.create(tenant), 'invalid_input');
    });
  }

  it('has ids that are one segment of a path as they are', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (isTenantId(text)) expect(encodeURIComponent(text)).to.equal(text);
      }),
    );
    expect(isTenantId('tn-0.A_b')).to.equal(true);
  });

  it('changes what is told and nothing else', async () => {
    const tenant = await store.tenants.create({ name: 'A', ownerId: 'ada', settings: { a: 1 } });
    fixture.clock.advance(1_000);
    const changed = await store.tenants.update(tenant.id, { name: 'B' });
    expect(changed).to.deep.equal({ ...tenant, name: 'B', updatedAt: fixture.clock() });
    expect(await store.tenants.update(tenant.id, { ownerId: '', settings: null })).to.deep.include({
      name: 'B',
      ownerId: '',
      settings: null,
    });
    await rejection(store.tenants.update('tn-none', { name: 'B' }), 'not_found');
    await rejection(store.tenants.update(tenant.id, { name: '' }), 'invalid_input');
  });

  it('lists the newest first, page by page, and neither loses nor repeats one that was there', async () => {
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      made.unshift((await store.tenants.create({ name: `T${index}` })).id);
      if (index % 2 === 0) fixture.clock.advance(1_000);
    }
    const pages = await everyPage(
      (request) => store.tenants.list(request),
      2,
      async () => {
        fixture.clock.advance(1_000);
        await store.tenants.create({ name: 'new' });
      },
    );
    expect(pages.flat().map(({ id }) => id)).to.have.members(made);
    expect(pages.flat()).to.have.length(made.length);
  });

  it('tells of many which there are', async () => {
    for (const id of ['tn-a', 'tn-b', 'tn-c']) await store.tenants.create({ id, name: id });
    expect([...(await store.tenants.existing(['tn-b', 'tn-none', 'tn-a']))].sort()).to.deep.equal([
      'tn-a',
      'tn-b',
    ]);
    expect([...(await store.tenants.existing([]))]).to.deep.equal([]);
  });

  it('finds by owner and by how the name begins', async () => {
    await store.tenants.create({ id: 'a', name: 'Alpha%', ownerId: 'ada' });
    await store.tenants.create({ id: 'b', name: 'Alphabet', ownerId: 'bob' });
    await store.tenants.create({ id: 'c', name: 'beta', ownerId: 'ada' });
    const ids = async (filter: Parameters<Store['tenants']['list']>[0]) =>
      (await store.tenants.list(filter)).items.map(({ id }) => id).sort();
    expect(await ids({ ownerId: 'ada' })).to.deep.equal(['a', 'c']);
    expect(await ids({ namePrefix: 'Alpha' })).to.deep.equal(['a', 'b']);
    expect(await ids({ namePrefix: 'Alpha%' })).to.deep.equal(['a']);
    expect(await ids({ namePrefix: 'Alpha', ownerId: 'ada' })).to.deep.equal(['a']);
    expect(await ids({ namePrefix: 'alpha' })).to.deep.equal([]);
  });

  it('gives a hint of every change', async () => {
    let hints = 0;
    const subscription = store.subscribe({ channels: [TENANTS_CHANNEL], onHint: () => hints++ });
    try {
      await eventually(() => expect(subscription.isConnected()).to.equal(true));
      const changes = [
        () => store.tenants.create({ id: 'a', name: 'A' }),
        () => store.tenantMembers.set({ tenantId: 'a', userId: 'ada', role: 'admin' }),
        () => store.tenantMembers.remove('a', 'ada'),
        () => store.tenants.setState('a', 'deleting'),
        () => store.tenants.delete('a'),
      ];
      for (const change of changes) {
        const before = hints;
        await change();
        await eventually(() => expect(hints).to.be.above(before));
      }
    } finally {
      await subscription.close();
    }
  });

  describe('delete', () => {
    const policy = {
      resourceType: 'image',
      effect: 'deny',
      pattern: 'a',
      priority: 10,
      mode: 'enforce',
      description: '',
      createdBy: 'ada',
    } as const;

    async function fill(id: string): Promise<void> {
      await store.tenants.create({ id, name: id });
      await store.tenantMembers.set({ tenantId: id, userId: 'ada', role: 'admin' });
      await store.policies.create({ ...policy, tenantId: id });
      await store.apiKeys.insert({
        tenantId: id,
        name: 'ci',
        role: 'operator',
        keyPrefix: id,
        keyHash: id.slice(-1).repeat(64),
        createdBy: 'ada',
      });
      await store.workers.upsertHeartbeat(heartbeat('worker-1'));
      await store.sandboxes.reserve(newSandbox(`sb-${id}`, { tenantId: id }));
    }

    it('tells what is left and changes nothing, with cascade as long as there are sandboxes', async () => {
      await fill('tn-a');
      const remains = { members: 1, keys: 1, policies: 1, sandboxes: 1 };
      expect(await store.tenants.remains('tn-a')).to.deep.equal(remains);
      expect(await store.tenants.delete('tn-a')).to.deep.equal({ deleted: false, remains });
      expect(await store.tenants.delete('tn-a', { cascade: true })).to.deep.equal({
        deleted: false,
        remains,
      });
      expect(await store.tenants.remains('tn-a')).to.deep.equal(remains);
      await store.sandboxes.markDestroyed('sb-tn-a');
      expect(await store.tenants.delete('tn-a')).to.deep.equal({
        deleted: false,
        remains: { ...remains, sandboxes: 0 },
      });
    });

    it('takes with it what belongs to it, and leaves what is of others', async () => {
      await fill('tn-a');
      await fill('tn-b');
      const version = (await store.policies.snapshot())?.version;
      await store.sandboxes.markDestroyed('sb-tn-a');
      expect(await store.tenants.delete('tn-a', { cascade: true })).to.deep.equal({
        deleted: true,
        removed: { members: 1, keys: 1, policies: 1, sandboxes: 0 },
      });
      expect(await store.tenants.get('tn-a')).to.equal(undefined);
      expect(await store.sandboxes.get('sb-tn-a')).to.equal(undefined);
      expect(await store.tenantMembers.ofUser('ada')).to.have.length(1);
      expect(await store.tenants.remains('tn-b')).to.deep.equal({
        members: 1,
        keys: 1,
        policies: 1,
        sandboxes: 1,
      });
      const snapshot = await store.policies.snapshot(version);
      expect(snapshot?.policies.map(({ tenantId }) => tenantId)).to.deep.equal(['tn-b']);
      // The same id again is somebody else.
      await store.tenants.create({ id: 'tn-a', name: 'again' });
      expect(await store.tenants.remains('tn-a')).to.deep.equal({
        members: 0,
        keys: 0,
        policies: 0,
        sandboxes: 0,
      });
      await rejection(store.tenants.delete('tn-none'), 'not_found');
    });

    it('lets no sandbox in once it is being deleted', async () => {
      await fill('tn-a');
      expect(await store.tenants.setState('tn-a', 'deleting')).to.equal('active');
      expect(await store.tenants.setState('tn-a', 'deleting')).to.equal('deleting');
      await rejection(store.sandboxes.reserve(newSandbox('sb-2', { tenantId: 'tn-a' })), 'tenant_closed');
      expect(await store.sandboxes.get('sb-2')).to.equal(undefined);
      await store.tenants.setState('tn-a', 'active');
      await store.sandboxes.reserve(newSandbox('sb-2', { tenantId: 'tn-a' }));
      await rejection(store.sandboxes.reserve(newSandbox('sb-3', { tenantId: 'tn-none' })), 'tenant_closed');
      await rejection(store.tenants.setState('tn-none', 'deleting'), 'not_found');
    });

    it('and reservations at the same time leave no sandbox without a tenant', async () => {
      await store.workers.upsertHeartbeat(heartbeat('worker-1'));
      for (let round = 0; round < 10; round += 1) {
        const tenantId = `tn-${round}`;
        await store.tenants.create({ id: tenantId, name: 'raced' });
        const reservations = [0, 1, 2, 3].map((index) =>
          store.sandboxes.reserve(newSandbox(`sb-${round}-${index}`, { tenantId })).then(
            () => 'reserved',
            ({ code }) => code,
          ),
        );
        const [deletion, ...outcomes] = await Promise.all([store.tenants.delete(tenantId), ...reservations]);
        const reserved = outcomes.filter((outcome) => outcome === 'reserved').length;
        expect(outcomes.every((outcome) => outcome === 'reserved' || outcome === 'tenant_closed')).to.equal(
          true,
        );
        expect(deletion.deleted).to.equal((await store.tenants.get(tenantId)) === undefined);
        if (deletion.deleted) expect(reserved).to.equal(0);
      }
    });

    it('and rules that are written at the same time do not wait for each other for ever', async () => {
      await Promise.all(
        [...Array(8).keys()].map(async (index) => {
          const tenantId = `tn-${index}`;
          await store.tenants.create({ id: tenantId, name: 'raced' });
          const writing = store.policies.create({ ...policy, tenantId }).then(
            () => undefined,
            ({ code }) => expect(code).to.equal('not_found'),
          );
          await Promise.all([writing, store.tenants.delete(tenantId, { cascade: true })]);
        }),
      );
      expect((await store.policies.snapshot())?.policies).to.deep.equal([]);
    });
  });
});

describe('TenantMemberRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    for (const id of ['tn-a', 'tn-b']) await fixture.store.tenants.create({ id, name: id });
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  it('adds a member, and changes its role', async () => {
    const { tenantMembers } = fixture.store;
    const added = await tenantMembers.set({ tenantId: 'tn-a', userId: 'ada', role: 'viewer' });
    const at = fixture.clock();
    expect(added).to.deep.equal({
      tenantId: 'tn-a',
      userId: 'ada',
      role: 'viewer',
      createdAt: at,
      updatedAt: at,
    });
    fixture.clock.advance(1_000);
    const changed = await tenantMembers.set({ tenantId: 'tn-a', userId: 'ada', role: 'admin' });
    expect(changed).to.deep.equal({ ...added, role: 'admin', updatedAt: fixture.clock() });
    expect(await tenantMembers.get('tn-a', 'ada')).to.deep.equal(changed);
    expect(await tenantMembers.get('tn-b', 'ada')).to.equal(undefined);
    expect(await tenantMembers.remove('tn-a', 'ada')).to.deep.equal(changed);
    await rejection(tenantMembers.remove('tn-a', 'ada'), 'not_found');
  });

  it('refuses members of no tenant, and roles that there are not', async () => {
    const { tenantMembers } = fixture.store;
    const refusal = await rejection(
      tenantMembers.set({ tenantId: 'tn-none', userId: 'ada', role: 'viewer' }),
      'not_found',
    );
    expect(refusal.message).to.equal('not found: tenant "tn-none"');
    await rejection(
      tenantMembers.set({ tenantId: 'tn-a', userId: 'ada', role: 'Admin' as 'admin' }),
      'invalid_input',
    );
    await rejection(tenantMembers.set({ tenantId: 'tn-a', userId: ' ', role: 'admin' }), 'invalid_input');
  });

  it('keeps the last administrator where it is told to', async () => {
    const { tenantMembers } = fixture.store;
    const set = (userId: string, role: 'viewer' | 'admin', keepAdmin = true) =>
      tenantMembers.set({ tenantId: 'tn-a', userId, role }, { keepAdmin });
    await set('ada', 'admin');
    await set('bob', 'viewer');
    await rejection(set('ada', 'viewer'), 'last_admin');
    await rejection(tenantMembers.remove('tn-a', 'ada', { keepAdmin: true }), 'last_admin');
    await set('ada', 'admin');
    await tenantMembers.remove('tn-a', 'bob', { keepAdmin: true });
    await set('bob', 'admin');
    // Each would be right alone.
    const removals = await Promise.allSettled(
      ['ada', 'bob'].map((userId) => tenantMembers.remove('tn-a', userId, { keepAdmin: true })),
    );
    expect(removals.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect((await tenantMembers.list('tn-a')).items).to.have.length(1);
    const [left] = (await tenantMembers.list('tn-a')).items;
    await tenantMembers.remove('tn-a', left?.userId ?? '');
  });

  it('lists the oldest first, page by page, and what a user belongs to', async () => {
    const { tenantMembers } = fixture.store;
    for (const userId of ['zoe', 'ada', 'bob', 'eve', 'kim']) {
      await tenantMembers.set({ tenantId: 'tn-a', userId, role: userId === 'ada' ? 'admin' : 'viewer' });
      if (userId !== 'bob') fixture.clock.advance(1_000);
    }
    await tenantMembers.set({ tenantId: 'tn-b', userId: 'ada', role: 'operator' });
    const pages = await everyPage((request) => tenantMembers.list('tn-a', request), 2);
    expect(pages.flat().map(({ userId }) => userId)).to.deep.equal(['zoe', 'ada', 'bob', 'eve', 'kim']);
    const { items } = await tenantMembers.list('tn-a', { role: 'admin' });
    expect(items.map(({ userId }) => userId)).to.deep.equal(['ada']);
    expect((await tenantMembers.ofUser('ada')).map(({ tenantId, role }) => [tenantId, role])).to.deep.equal([
      ['tn-a', 'admin'],
      ['tn-b', 'operator'],
    ]);
    expect(await tenantMembers.ofUser('nobody')).to.deep.equal([]);
  });

  it('finds many at once, each by its tenant and its user', async () => {
    const { tenantMembers } = fixture.store;
    const ada = await tenantMembers.set({ tenantId: 'tn-a', userId: 'ada', role: 'admin' });
    const bob = await tenantMembers.set({ tenantId: 'tn-b', userId: 'bob', role: 'viewer' });
    const found = await tenantMembers.getMany([
      { tenantId: 'tn-a', userId: 'ada' },
      { tenantId: 'tn-b', userId: 'ada' },
      { tenantId: 'tn-b', userId: 'bob' },
      { tenantId: 'tn-a', userId: 'bob' },
    ]);
    expect(found).to.have.deep.members([ada, bob]);
    expect(await tenantMembers.getMany([])).to.deep.equal([]);
  });
});

describe('ApiKeyRepository', () => {
  let fixture: StoreFixture;
  const key = {
    tenantId: 'tn-a',
    name: 'ci',
    role: 'operator',
    keyPrefix: 'p1',
    keyHash: HASH,
    createdBy: 'oidc:ada',
  } as const;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    await fixture.store.tenants.create({ id: 'tn-a', name: 'A' });
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  it('keeps a key, finds it by its hash and revokes it once', async () => {
    const { apiKeys } = fixture.store;
    const expiresAt = new Date('2031-01-01T00:00:00Z');
    const inserted = await apiKeys.insert({ ...key, expiresAt });
    expect(inserted.id).to.match(/^ak-[0-9a-f]{24}$/);
    expect(inserted).to.deep.equal({
      ...key,
      id: inserted.id,
      expiresAt,
      createdAt: fixture.clock(),
      lastUsedAt: undefined,
      revokedAt: undefined,
    });
    expect(await apiKeys.findByHash(HASH)).to.deep.equal(inserted);
    expect(await apiKeys.findByHash('b'.repeat(64))).to.equal(undefined);
    expect(await apiKeys.getMany(['ak-none', inserted.id])).to.deep.equal([inserted]);
    expect(await apiKeys.getMany([])).to.deep.equal([]);
    fixture.clock.advance(1_000);
    const revokedAt = fixture.clock();
    expect(await apiKeys.revoke(inserted.id)).to.deep.equal({ ...inserted, revokedAt });
    expect(await apiKeys.getMany([inserted.id])).to.deep.equal([{ ...inserted, revokedAt }]);
    fixture.clock.advance(1_000);
    expect((await apiKeys.revoke(inserted.id)).revokedAt).to.deep.equal(revokedAt);
    expect(await apiKeys.get(inserted.id)).to.deep.equal({ ...inserted, revokedAt });
    await rejection(apiKeys.revoke('ak-none'), 'not_found');
  });

  it('refuses what is there, what belongs to nobody and what gives too much', async () => {
    const { apiKeys } = fixture.store;
    await apiKeys.insert(key);
    await rejection(apiKeys.insert({ ...key, keyHash: 'b'.repeat(64) }), 'conflict');
    await rejection(apiKeys.insert({ ...key, keyPrefix: 'p2' }), 'conflict');
    await rejection(
      apiKeys.insert({ ...key, tenantId: 'tn-none', keyPrefix: 'p', keyHash: 'c'.repeat(64) }),
      'not_found',
    );
    for (const wrong of [
      { role: 'admin' },
      { role: 'root' as 'viewer' },
      { tenantId: null, role: 'tenant_admin' },
      { keyHash: 'A'.repeat(64) },
      { keyPrefix: '' },
      { name: '' },
      { name: 'a\nb' },
      { expiresAt: new Date(Number.NaN) },
    ] as const) {
      await rejection(
        apiKeys.insert({ ...key, keyPrefix: 'p3', keyHash: 'd'.repeat(64), ...wrong }),
        'invalid_input',
      );
    }
  });

  it('lists those of the platform, of a tenant and of everybody', async () => {
    const { apiKeys } = fixture.store;
    const own = await apiKeys.insert(key);
    const platform = await apiKeys.insert({
      ...key,
      tenantId: null,
      role: 'admin',
      keyPrefix: 'p2',
      keyHash: 'b'.repeat(64),
    });
    expect((await apiKeys.list({ tenantId: 'tn-a' })).items).to.deep.equal([own]);
    expect((await apiKeys.list({ tenantId: null })).items).to.deep.equal([platform]);
    expect((await apiKeys.list()).items).to.have.deep.members([own, platform]);
  });

  it('records the latest of many uses', async () => {
    const { apiKeys } = fixture.store;
    const { id } = await apiKeys.insert(key);
    const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));
    await apiKeys.touch([]);
    await apiKeys.touch([
      { id, at: at(2) },
      { id, at: at(5) },
      { id: 'ak-none', at: at(9) },
    ]);
    expect((await apiKeys.get(id))?.lastUsedAt).to.deep.equal(at(5));
    await apiKeys.touch([{ id, at: at(3) }]);
    expect((await apiKeys.get(id))?.lastUsedAt).to.deep.equal(at(5));
  });
});
