import { EventEmitter } from 'node:events';
import { AuthError, type Principal, type Recheck, ROLE_SCOPES, type Role } from '@stacyvm/auth';
import type { BackgroundWork, TenantReach } from '@stacyvm/orchestrator';
import { type MemberRole, StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import type { Request, Response } from 'express';
import { createOpenCalls, type OpenCalls } from '../../src/callers/open-calls.js';
import { contextOf, type RequestContext, requestContext } from '../../src/request-context.js';
import { captureLogs, type LogCapture } from '../log-capture.js';

type Member = { readonly tenantId: string; readonly userId: string };

const principal = (role: Role, more: Partial<Principal> = {}): Principal => ({
  kind: 'api_key',
  id: `${role}:x`,
  role,
  scopes: ROLE_SCOPES[role],
  credentialId: 'c',
  ...more,
});
const user = (id: string): Principal => principal('operator', { kind: 'oidc', id: `oidc:${id}` });
const TENANT: TenantReach = { kind: 'tenant', tenantId: 'tn-a' };

describe('open calls', () => {
  let calls: OpenCalls;
  let work: BackgroundWork;
  let logs: LogCapture;
  let now: number;
  let became: (caller: Principal) => Recheck;
  let roles: Readonly<Record<string, MemberRole>>;
  let tenants: readonly string[];
  let failure: Error | undefined;
  let asked: { rechecks: number[]; tenants: (readonly string[])[]; members: (readonly Member[])[] };

  beforeEach(async () => {
    now = 0;
    failure = undefined;
    tenants = ['tn-a'];
    roles = { ada: 'operator' };
    became = (caller) => ({ principal: caller });
    asked = { rechecks: [], tenants: [], members: [] };
    logs = captureLogs();
    calls = createOpenCalls({
      callers: {
        async recheck(principals) {
          asked.rechecks.push(principals.length);
          return principals.map(became);
        },
      },
      store: {
        tenants: {
          async existing(ids) {
            asked.tenants.push(ids);
            if (failure !== undefined) throw failure;
            return new Set(ids.filter((id) => tenants.includes(id)));
          },
        },
        tenantMembers: {
          async getMany(members) {
            asked.members.push(members);
            if (failure !== undefined) throw failure;
            return members.flatMap(({ tenantId, userId }) => {
              const role = roles[userId];
              const at = new Date(0);
              return role === undefined ? [] : [{ tenantId, userId, role, createdAt: at, updatedAt: at }];
            });
          },
        },
      },
      logger: logs.logger,
      nowMs: () => now,
    });
    work = calls.start();
    await work.runOnce();
  });
  afterEach(() => work.stop());

  /** A call that was let in. */
  function begin(
    caller: Principal,
    more: Partial<RequestContext> = {},
  ): { readonly context: RequestContext; readonly response: Response } {
    const request = { headers: {}, method: 'GET', originalUrl: '/' } as Request;
    const response = Object.assign(new EventEmitter(), {
      setHeader() {},
      writableEnded: false,
      writableFinished: false,
    }) as unknown as Response;
    requestContext({ logger: logs.logger, addressOf: () => '192.0.2.1' })(request, response, () => undefined);
    const context = Object.assign(contextOf(request), {
      operation: 'execInSandbox',
      caller,
      principal: caller,
      reach: { kind: 'untenanted' },
      bound: false,
      ...more,
    });
    calls.watch(request, response, () => undefined);
    return { context, response };
  }
  const inTenant = { tenant: 'tn-a', reach: TENANT, bound: true };
  async function round(afterMs: number): Promise<void> {
    now += afterMs;
    await work.runOnce();
  }
  const refused = (): Recheck => ({ refusal: new AuthError('api_key_revoked', 'the API key is revoked') });

  it('cost nothing when they are answered soon', async () => {
    const { response } = begin(principal('api'));
    await round(200);
    response.emit('close');
    await round(10_000);
    expect(asked.rechecks).to.deep.equal([]);
  });

  it('are looked at once a second, from a quarter of a second on', async () => {
    begin(principal('api'));
    const looks: number[] = [];
    for (let times = 0; times < 60; times += 1) {
      const before = asked.rechecks.length;
      await round(50);
      if (asked.rechecks.length > before) looks.push(now);
    }
    expect(looks).to.deep.equal([250, 1150, 2050, 2950]);
  });

  it('are looked at when something was withdrawn, but for those that have just begun', async () => {
    begin(principal('api'));
    await round(300);
    begin(principal('api'));
    now += 100;
    calls.lookNow();
    await work.runOnce();
    expect(asked.rechecks).to.deep.equal([1, 1]);
  });

  it('cost two questions together about tenants and members, however many they are', async () => {
    for (let times = 0; times < 20; times += 1) {
      begin(user(`u${times % 3}`), inTenant);
      begin(principal('api'), { ...inTenant, tenant: 'tn-b' });
    }
    await round(300);
    expect(asked.rechecks).to.deep.equal([40]);
    expect(asked.tenants).to.deep.equal([['tn-a', 'tn-b']]);
    expect(asked.members).to.deep.equal([['u0', 'u1', 'u2'].map((userId) => ({ tenantId: 'tn-a', userId }))]);
  });

  const endings: readonly (readonly [
    string,
    Principal,
    Partial<RequestContext>,
    () => void,
    string,
    number,
  ])[] = [
    ['its credential is refused', principal('api'), {}, () => (became = refused), 'api_key_revoked', 401],
    ['its tenant is gone', principal('api'), inTenant, () => (tenants = []), 'tenant_not_found', 403],
    [
      'the tenant of its key is gone',
      principal('api', { kind: 'tenant_key', tenant: 'tn-a' }),
      inTenant,
      () => (tenants = []),
      'unknown_tenant',
      403,
    ],
    ['its caller is no member any more', user('ada'), inTenant, () => (roles = {}), 'tenant_not_found', 403],
    [
      'its caller may only read',
      user('ada'),
      inTenant,
      () => (roles = { ada: 'viewer' }),
      'missing_scope',
      403,
    ],
    [
      'its key has another role',
      principal('api'),
      {},
      () => (became = () => ({ principal: principal('viewer') })),
      'missing_scope',
      403,
    ],
    [
      'its caller sees no longer what belongs to others',
      principal('admin'),
      { reach: { kind: 'all' } },
      () => (became = () => ({ principal: principal('operator') })),
      'reach_narrowed',
      403,
    ],
  ];
  for (const [name, caller, more, lose, refusal, status] of endings) {
    it(`end when ${name}`, async () => {
      const { context } = begin(caller, more);
      await round(300);
      expect(context.signal.aborted).to.equal(false);
      lose();
      await round(1_000);
      expect(context.signal.aborted).to.equal(true);
      expect(context.revoked?.refusal).to.equal(refusal);
      expect(context.revoked?.error.problem).to.include({ status, reason: 'credential_revoked' });
      const [record] = logs.records('a call was ended: it would not be let in any more');
      expect(record).to.include({ reason: refusal, principal: caller.id, operation: 'execInSandbox' });
    });
  }

  const staying: readonly (readonly [string, Principal, Partial<RequestContext>, () => void])[] = [
    ['its caller may do more', user('ada'), inTenant, () => (roles = { ada: 'admin' })],
    [
      'its caller becomes administrator',
      principal('api'),
      {},
      () => (became = () => ({ principal: principal('admin') })),
    ],
    ['its caller joins a tenant', user('eve'), {}, () => (roles = { eve: 'viewer' })],
  ];
  for (const [name, caller, more, change] of staying) {
    it(`go on when ${name}`, async () => {
      const { context } = begin(caller, more);
      await round(300);
      change();
      await round(1_000);
      expect(context.signal.aborted).to.equal(false);
    });
  }

  it('go on while the database is away, unless it is known without it that they may not', async () => {
    const [stays, ends] = [begin(user('ada'), inTenant), begin(principal('api', { id: 'gone' }))];
    roles = {};
    failure = new StoreError('unavailable', 'as arranged');
    became = (caller) => (caller.id === 'gone' ? refused() : { principal: caller });
    await round(300);
    expect([stays, ends].map(({ context }) => context.signal.aborted)).to.deep.equal([false, true]);
    failure = undefined;
    await round(1_000);
    expect(stays.context.revoked?.refusal).to.equal('tenant_not_found');
  });

  it('go on after a failure that was not foreseen, which the log has, and are looked at again', async () => {
    const { context } = begin(principal('api'), inTenant);
    tenants = [];
    failure = new TypeError('as arranged');
    await round(300);
    expect(context.signal.aborted).to.equal(false);
    expect(logs.records('looking at open calls failed')).to.have.length(1);
    failure = undefined;
    await round(1_000);
    expect(context.signal.aborted).to.equal(true);
  });

  it('are left alone once they are answered, though the answer is still on its way', async () => {
    const { context, response } = begin(principal('api'));
    became = refused;
    Object.assign(response, { writableEnded: true });
    await round(300);
    expect(context.revoked).to.equal(undefined);
    expect(context.signal.aborted).to.equal(false);
  });

  it('are not looked at where anybody may call', async () => {
    begin(principal('api'), { operation: 'getHealth', caller: undefined as never });
    await round(300);
    expect(asked.rechecks).to.deep.equal([]);
  });

  it('end once, for the first reason', async () => {
    const { context } = begin(principal('api'));
    became = refused;
    await round(300);
    became = () => ({ principal: principal('viewer') });
    await round(1_000);
    expect(context.revoked?.refusal).to.equal('api_key_revoked');
    expect(logs.records('a call was ended: it would not be let in any more')).to.have.length(1);
  });
});
