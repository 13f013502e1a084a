import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Page, PageRequest, Store } from '../src/index.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

interface List {
  readonly name: string;
  /** Resolves to the id of the new row. */
  readonly insert: (store: Store, index: number) => Promise<string>;
  readonly page: (store: Store, request: PageRequest) => Promise<Page<{ readonly id: string | number }>>;
}

const LISTS: readonly List[] = [
  {
    name: 'sandboxes',
    insert: async (store, index) => (await store.sandboxes.reserve(newSandbox(`sb-${index}`))).sandbox.id,
    page: (store, request) => store.sandboxes.list(request),
  },
  {
    name: 'tenants',
    insert: async (store, index) => (await store.tenants.create({ name: `T${index}` })).id,
    page: (store, request) => store.tenants.list(request),
  },
  {
    name: 'API keys',
    insert: async (store, index) => {
      const keyHash = createHash('sha256').update(`key ${index}`).digest('hex');
      const made = await store.apiKeys.insert({
        ...{
          tenantId: null,
          name: 'k',
          role: 'viewer',
          keyPrefix: `svk_${index}`,
          keyHash,
          createdBy: 'admin',
        },
      });
      return made.id;
    },
    page: (store, request) => store.apiKeys.list(request),
  },
  {
    name: 'policies',
    insert: async (store, index) => {
      const rule = {
        resourceType: 'image',
        effect: 'deny',
        pattern: `image-${index}`,
        mode: 'enforce',
      } as const;
      // Their order is that of decision, so new ones come before, between and after those that are there.
      const priority = (index * 7) % 11;
      const made = await store.policies.create({
        ...{ tenantId: null, ...rule, priority, description: '', createdBy: 'admin' },
      });
      return made.id;
    },
    page: (store, request) => store.policies.list(request),
  },
  {
    name: 'events of the audit',
    insert: async (store, index) => {
      const event = await store.audit.append({
        ...{ category: 'operation', actorKind: 'api_key', actorId: 'ann', credentialId: 'ak-1' },
        ...{ action: 'sandbox.exec', resource: `sandbox:sb-${index}`, outcome: 'success', reason: '' },
        ...{ requestId: 'req-1', sourceAddress: '192.0.2.7' },
      });
      return event.resource;
    },
    page: async (store, request) => {
      const { items, ...rest } = await store.audit.list(request);
      return { items: items.map(({ resource }) => ({ id: resource })), ...rest };
    },
  },
];

/** What happens between two pages: so many new rows, the clock standing still or moving before each. */
const between = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 4 });

describe('lists while rows come', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture?.close());

  for (const { name, insert, page } of LISTS) {
    it(`${name}: what was there is listed exactly once, whatever comes meanwhile`, async function () {
      this.timeout(60_000);
      const { store, clock } = fixture;
      const limit = fc.integer({ min: 1, max: 4 });
      await fc.assert(
        fc.asyncProperty(
          between,
          limit,
          fc.array(between, { maxLength: 6 }),
          async (first, size, arrivals) => {
            await fixture.reset();
            await store.workers.upsertHeartbeat(heartbeat('worker-1'));
            let count = 0;
            const add = async (pauses: readonly number[]): Promise<string[]> => {
              const ids: string[] = [];
              for (const pause of pauses) {
                clock.advance(pause);
                ids.push(await insert(store, count++));
              }
              return ids;
            };
            const there = [...(await add(first)), ...(await add(first))];
            const seen: (string | number)[] = [];
            let after: string | undefined;
            for (let round = 0; round < 100; round += 1) {
              const read = await page(store, after === undefined ? { limit: size } : { limit: size, after });
              expect(read.items.length).to.be.at.most(size);
              seen.push(...read.items.map(({ id }) => id));
              after = read.nextCursor;
              if (after === undefined) break;
              await add(arrivals[round] ?? []);
            }
            expect(after, 'cursors that lead nowhere').to.equal(undefined);
            expect(new Set(seen).size, 'repeated').to.equal(seen.length);
            expect(seen).to.include.members(there);
          },
        ),
        { numRuns: 25 },
      );
    });
  }
});
