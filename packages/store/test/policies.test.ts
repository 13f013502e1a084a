import { expect } from 'chai';
import pg from 'pg';
import {
  MAX_POLICIES,
  type NewPolicy,
  type PolicyRecord,
  policyCursor,
  policyPosition,
  type Store,
} from '../src/index.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

function rule(overrides: Partial<NewPolicy> = {}): NewPolicy {
  return {
    tenantId: null,
    resourceType: 'image',
    effect: 'deny',
    pattern: 'alpine:3.1',
    priority: 10,
    mode: 'enforce',
    description: 'too old',
    createdBy: 'api_key:1f2e3d4c',
    ...overrides,
  };
}

describe('PolicyRepository', () => {
  let fixture: StoreFixture;
  let store: Store;
  before(async () => {
    fixture = await openFixture();
    store = fixture.store;
  });
  beforeEach(async () => {
    for (const id of ['tn-a', 'tn-b']) await store.tenants.create({ id, name: id });
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  it('keeps a rule as it was given', async () => {
    const created = await store.policies.create(rule());
    expect(created.id).to.match(/^pl-[0-9a-f]{24}$/);
    expect(created).to.deep.include(rule());
    expect(created.createdAt).to.deep.equal(fixture.clock());
    expect(await store.policies.get(created.id)).to.deep.equal(created);
    expect(await store.policies.get('pl-none')).to.equal(undefined);
  });

  it('changes what is told and nothing else', async () => {
    const created = await store.policies.create(rule());
    fixture.clock.advance(1_000);
    const changed = await store.policies.update(created.id, { mode: 'warn', description: '' });
    expect(changed).to.deep.equal({ ...created, mode: 'warn', description: '', updatedAt: fixture.clock() });
    expect(await store.policies.get(created.id)).to.deep.equal(changed);
  });

  it('deletes once', async () => {
    const created = await store.policies.create(rule());
    expect(await store.policies.delete(created.id)).to.deep.equal(created);
    await rejection(store.policies.delete(created.id), 'not_found');
    await rejection(store.policies.update(created.id, { mode: 'warn' }), 'not_found');
  });

  describe('when the same rule is there', () => {
    it('refuses another, and a change that makes it another', async () => {
      await store.policies.create(rule());
      await rejection(store.policies.create(rule({ description: 'other words' })), 'conflict');
      const other = await store.policies.create(rule({ priority: 11 }));
      await rejection(store.policies.update(other.id, { priority: 10 }), 'conflict');
      expect((await store.policies.update(other.id, { description: 'x' })).description).to.equal('x');
    });

    it('takes it for another tenant', async () => {
      await store.policies.create(rule());
      await store.policies.create(rule({ tenantId: 'tn-a' }));
      await store.policies.create(rule({ tenantId: 'tn-b' }));
      await rejection(store.policies.create(rule({ tenantId: 'tn-b' })), 'conflict');
    });
  });

  it('refuses a rule of a tenant that is not there', async () => {
    const refusal = await rejection(store.policies.create(rule({ tenantId: 'tn-none' })), 'not_found');
    expect(refusal.message).to.equal('not found: tenant "tn-none"');
  });

  const refused: readonly (readonly [string, Partial<Record<keyof NewPolicy, unknown>>])[] = [
    ['an unknown type', { resourceType: 'volume' }],
    ['an unknown effect', { effect: 'maybe' }],
    ['an unknown mode', { mode: 'off' }],
    ['an empty pattern', { pattern: '' }],
    ['a pattern with white space', { pattern: 'a b' }],
    ['a pattern with a line break at its end', { pattern: 'a\n' }],
    ['a pattern that is too long', { pattern: 'a'.repeat(513) }],
    ['a pattern beyond ASCII', { pattern: 'ä' }],
    ['a priority with a fraction', { priority: 1.5 }],
    ['a priority that is kept for files', { priority: -1_000_001 }],
    ['a priority that is too high', { priority: 1_000_001 }],
    ['a description with NUL', { description: 'a\0' }],
    ['a description that is too long', { description: 'a'.repeat(501) }],
    ['a tenant without a name', { tenantId: ' ' }],
  ];
  for (const [name, change] of refused) {
    it(`refuses ${name}`, async () => {
      await rejection(store.policies.create(rule(change as Partial<NewPolicy>)), 'invalid_input');
      expect(await store.policies.snapshot())
        .to.have.property('policies')
        .that.deep.equals([]);
    });
  }

  it('has a table that refuses the same, whoever writes', async () => {
    const created = await store.policies.create(rule());
    const client = new pg.Client({ connectionString: fixture.database.dsn });
    await client.connect();
    try {
      for (const change of [
        "resource_type = 'volume'",
        "effect = 'maybe'",
        "mode = 'off'",
        "pattern = ''",
        "pattern = 'a b'",
        "pattern = E'a\\n'",
        'priority = 1000001',
        "tenant_id = ''",
      ]) {
        const failure = await client.query(`update policies set ${change} where id = $1`, [created.id]).then(
          () => undefined,
          (error: pg.DatabaseError) => error.code,
        );
        expect(failure, change).to.equal('23514');
      }
    } finally {
      await client.end();
    }
  });

  it(`refuses more than ${MAX_POLICIES} global rules, also when they come together`, async () => {
    const client = new pg.Client({ connectionString: fixture.database.dsn });
    await client.connect();
    await client.query(
      `insert into policies select 'pl-' || n, null, 'image', 'deny', 'image-' || n, 1, 'enforce', '', '', now(), now()
       from generate_series(1, $1::int) n`,
      [MAX_POLICIES - 1],
    );
    await client.end();
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((priority) => store.policies.create(rule({ priority }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const refusal = await rejection(store.policies.create(rule({ priority: 4 })), 'capacity');
    expect(refusal.limit).to.equal('policies');
    await store.policies.create(rule({ tenantId: 'tn-a' }));
  });

  describe('list', () => {
    const made: PolicyRecord[] = [];
    beforeEach(async () => {
      made.length = 0;
      for (const [priority, effect, pattern] of [
        [20, 'deny', 'd'],
        [10, 'allow', 'c'],
        [10, 'deny', 'b'],
        [10, 'deny', 'a'],
        [-5, 'allow', 'e'],
      ] as const) {
        made.push(await store.policies.create(rule({ priority, effect, pattern })));
        fixture.clock.advance(1_000);
      }
      await store.policies.create(rule({ tenantId: 'tn-a', pattern: 'not-global' }));
    });

    it('is in the order of decision: priority, deny before allow, the oldest', async () => {
      const { items } = await store.policies.list();
      expect(items.map(({ pattern }) => pattern)).to.deep.equal(['e', 'b', 'a', 'c', 'd']);
    });

    it('comes in pages that lose and repeat nothing while rules are added before and behind', async () => {
      let added = 0;
      const pages = await everyPage(store.policies.list, 2, async () => {
        added += 1;
        await store.policies.create(rule({ priority: -100, pattern: `before-${added}` }));
      });
      expect(pages.flat().map(({ pattern }) => pattern)).to.deep.equal(['e', 'b', 'a', 'c', 'd']);
    });

    it('goes on from the position of any rule', async () => {
      const after = policyCursor(made[2]!);
      const { items } = await store.policies.list({ after });
      expect(items.map(({ pattern }) => pattern)).to.deep.equal(['a', 'c', 'd']);
      expect(policyPosition(after)).to.deep.equal({
        priority: 10,
        effect: 'deny',
        createdAt: made[2]!.createdAt,
        id: made[2]!.id,
      });
    });

    it('may be of one type', async () => {
      await store.policies.create(rule({ resourceType: 'provider', pattern: 'docker' }));
      const { items } = await store.policies.list({ resourceType: 'provider' });
      expect(items.map(({ pattern }) => pattern)).to.deep.equal(['docker']);
    });

    for (const cursor of [
      '',
      '!',
      'bm9uZQ',
      Buffer.from('1 deny 2030-01-01T00:00:00Z a\0').toString('base64url'),
    ]) {
      it(`refuses the cursor ${JSON.stringify(cursor)}`, async () => {
        await rejection(store.policies.list({ after: cursor }), 'invalid_input');
      });
    }
  });

  describe('snapshot', () => {
    it('has every rule, and then nothing until something changes', async () => {
      const created = await store.policies.create(rule());
      const own = await store.policies.create(rule({ tenantId: 'tn-a' }));
      const snapshot = await store.policies.snapshot();
      expect(snapshot?.policies).to.have.deep.members([created, own]);
      expect(await store.policies.snapshot(snapshot?.version)).to.equal(undefined);

      const versions = [snapshot?.version ?? 0];
      const changes = [
        () => store.policies.update(created.id, { priority: 11 }),
        () => store.policies.delete(own.id),
        () => store.policies.create(rule({ pattern: 'b' })),
      ];
      for (const change of changes) {
        await change();
        const next = await store.policies.snapshot(versions.at(-1));
        expect(next?.version).to.be.above(versions.at(-1)!);
        versions.push(next!.version);
      }
    });

    it('keeps its version when a change fails', async () => {
      await store.policies.create(rule());
      const before = await store.policies.snapshot();
      await rejection(store.policies.create(rule()), 'conflict');
      await rejection(store.policies.delete('pl-none'), 'not_found');
      expect(await store.policies.snapshot(before?.version)).to.equal(undefined);
    });

    it('never shows a version without all that belongs to it', async () => {
      const writing = Array.from({ length: 20 }, (_, n) => store.policies.create(rule({ priority: n })));
      const seen = new Map<number, number>();
      let done = false;
      const all = Promise.all(writing).then(() => {
        done = true;
      });
      while (!done) {
        const { version, policies } = (await store.policies.snapshot())!;
        expect(policies.length, `rules of version ${version}`).to.equal(seen.get(version) ?? policies.length);
        seen.set(version, policies.length);
      }
      await all;
      expect((await store.policies.snapshot())?.policies).to.have.length(20);
    });
  });
});
