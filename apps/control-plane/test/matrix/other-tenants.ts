import { listOperations, type Operation } from '@stacyvm/api';
import { expect } from 'chai';
import type { Caller, Refusal } from './callers.js';
import type { Reply } from './client.js';
import type { Objects } from './objects.js';
import { keyHeader, makeKey, makePeople } from './people.js';
import { refusalOf, requestOf, rowOf } from './requests.js';
import type { World } from './world.js';

const OPERATIONS = listOperations().filter(({ servedBy }) => servedBy === 'control-plane');

/** How a thing of another tenant is not there, where the tenant of the path does not say so first. */
const NOT_THERE: Readonly<Partial<Record<keyof Objects, Refusal>>> = {
  sandbox: [404, 'sandbox_not_found'],
  owner: [404, 'quota_not_found'],
  tenantKey: [404, 'api_key_not_found'],
  tenantPolicy: [404, 'policy_not_found'],
};

/** Names of things that there are not. */
const NOWHERE = {
  tenant: 'tn-nowhere',
  member: 'nobody',
  tenantKey: 'ak-000000000000000000000000',
  tenantPolicy: 'pl-000000000000000000000000',
  sandbox: 'sb-000000000000000000000000',
  owner: 'nobody',
} as const;

const namesTenant = ({ path }: Operation) => path.includes('{tenant_id}');
/** Whatever belongs to a tenant, by its name in the path. */
const NAMING = OPERATIONS.filter(
  (operation) => namesTenant(operation) || ['sandbox', 'owner'].includes(rowOf(operation.id).id ?? ''),
);

/** What belongs to tenant A, for those of tenant B. */
export function describeOtherTenants(worldOf: () => World): void {
  let world: World;
  let ofB: readonly Caller[];
  let ofA: Objects;
  let untouched: unknown;
  before(async () => {
    world = worldOf();
    ofA = world.objectsOf('tn-a');
    const people = (await makePeople(world)).filter(({ tenant }) => tenant === 'tn-b');
    const members = people.filter(({ role, belongs }) => role === 'tenant_admin' && belongs === true);
    ofB = [
      ...people,
      ...members.map(({ name, headers }) => ({
        kind: 'refused' as const,
        name: `${name} that chooses A`,
        headers: { ...headers, 'X-Tenant-ID': 'tn-a' },
        refusal: [404, 'tenant_not_found'] as const,
      })),
    ];
    untouched = await world.database.traceIn('tn-a');
  });

  const ask = (operation: Operation, caller: Caller, objects: Objects): Promise<Reply> => {
    const { path, ...question } = requestOf(operation, caller, objects);
    return world.ask(path, question);
  };

  /** Asks as everybody of B for what is A's and for what there is not, and wants both refused alike. */
  async function expectNotThere(
    operation: Operation,
    [target, nothing]: readonly [Objects, Objects],
    wanted: (caller: Caller) => Refusal | undefined,
  ): Promise<void> {
    const before = await world.database.state();
    const wrong: string[] = [];
    await Promise.all(
      ofB.map(async (caller) => {
        const reply = await ask(operation, caller, target);
        const control = await ask(operation, caller, nothing);
        const [status, reason] = wanted(caller) ?? [200, undefined];
        if (reply.status !== status || reply.body['reason'] !== reason)
          wrong.push(`${caller.name}: ${reply.status} ${reply.text}, not ${status} ${reason}`);
        // There is no telling them apart.
        if (anonymous(reply, target) !== anonymous(control, nothing))
          wrong.push(`${caller.name}: ${reply.text}, but ${control.text} for what there is not`);
      }),
    );
    expect(wrong).to.deep.equal([]);
    expect(await world.database.state()).to.deep.equal(before);
    expect(await world.database.traceIn('tn-a')).to.deep.equal(untouched);
  }

  it('is named by more than thirty operations, and tried by seven callers', () => {
    expect(NAMING.length).to.be.greaterThan(30);
    expect(ofB).to.have.length(7);
  });

  describe('is not there, and hears nothing of it', () => {
    for (const operation of NAMING) {
      it(operation.id, async () => {
        const { id = 'tenant' } = rowOf(operation.id);
        // Owners are asked for in the caller's own tenant, where anybody may be one, and has used nothing.
        const isOwnersOwn = operation.id === 'getQuotaUsage';
        await expectNotThere(
          operation,
          [ofA, { ...ofA, ...NOWHERE }],
          (caller) => refusalOf(operation, caller) ?? (isOwnersOwn ? undefined : NOT_THERE[id]),
        );
      });
    }
  });

  describe('is not there below the tenant B either', () => {
    const nested = NAMING.filter(
      ({ id, path }) => namesTenant({ path } as Operation) && rowOf(id).id !== undefined,
    );
    for (const operation of nested) {
      it(operation.id, async () => {
        const { id = 'tenant' } = rowOf(operation.id);
        const inB = { ...ofA, tenant: 'tn-b' };
        await expectNotThere(
          operation,
          [inB, { ...inB, [id]: NOWHERE[id as keyof typeof NOWHERE] }],
          (caller) => {
            if (caller.kind === 'refused') return caller.refusal;
            const mayManage = caller.kind === 'known' && caller.role === 'tenant_admin';
            return mayManage ? NOT_THERE[id] : [403, 'missing_scope'];
          },
        );
      });
    }

    it('by three operations at least', () => expect(nested.length).to.be.greaterThan(2));
  });

  describe('is in nothing that they list', () => {
    const lists = OPERATIONS.filter(({ method, path }) => method === 'get' && !path.includes('{'));
    for (const operation of lists) {
      it(operation.id, async () => {
        for (const caller of ofB) {
          const { status, text } = await ask(operation, caller, ofA);
          const expected = refusalOf(operation, caller)?.[0] ?? 200;
          expect(status, `${caller.name}: ${text}`).to.equal(expected);
          for (const name of namesOf(ofA)) expect(text, caller.name).not.to.contain(name);
        }
        expect(await world.database.traceIn('tn-a')).to.deep.equal(untouched);
      });
    }

    it('nor in the events of its sandbox', async () => {
      for (const { kind, headers, name } of ofB) {
        const path = `/events?follow=false&sandbox_id=${ofA.sandbox}`;
        const { status, text } = await world.ask(path, { method: 'GET', headers });
        expect(status, name).to.equal(kind === 'refused' ? 404 : 200);
        expect(text, name).not.to.contain(ofA.sandbox);
      }
    });
  });

  // In a block of its own, because those come last.
  describe('is all there for its own, when the others are done', () => {
    it('as it was', async () => {
      const { key } = await makeKey(world, 'tenant_admin', 'tn-a');
      const own: Caller = {
        kind: 'known',
        name: 'its own',
        headers: keyHeader(key),
        role: 'tenant_admin',
        tenant: 'tn-a',
        belongs: true,
      };
      let seen = 0;
      for (const operation of NAMING) {
        if (operation.method !== 'get' || refusalOf(operation, own) !== undefined) continue;
        const { status, text } = await ask(operation, own, ofA);
        expect(status, `${operation.id}: ${text}`).to.equal(200);
        seen += 1;
      }
      expect(seen).to.be.greaterThan(15);
    });
  });
}

/** An answer without what only says which request it answers. */
function anonymous({ status, text }: Reply, objects: Objects): string {
  const withoutNames = Object.values(objects).reduce((left, name) => left.replaceAll(name, '…'), text);
  return `${status} ${withoutNames.replace(/"request_id":"[^"]*"/, '')}`;
}

function namesOf({ tenant, member, tenantKey, tenantPolicy, sandbox, owner }: Objects): readonly string[] {
  return [tenant, member, tenantKey, tenantPolicy, sandbox, owner];
}
