import { expect } from 'chai';
import { createLeaseFence, RpcMethodError } from '../src/index.js';
import {
  envelope,
  failureOf,
  lease,
  post,
  rpcToken,
  startWorker,
  type TestWorker,
  WORKER,
  wireLease,
} from './worker-fixture.js';

const NEXT = lease({ generation: 6, expiresAt: new Date('2031-01-01T00:00:00Z') });

describe('worker.renew_lease', () => {
  let worker: TestWorker;
  afterEach(() => worker.close());

  const call = (overrides: Record<string, unknown>) =>
    post(
      `${worker.url}/rpc`,
      envelope('worker.renew_lease', {
        params: { resource_id: 'sb-1', ttl: '1m0s' },
        lease: wireLease({ generation: 5 }),
        ...overrides,
      }),
      { 'x-worker-id': WORKER, 'x-worker-token': rpcToken() },
    );

  it('renews a lease through the worker, which forgets none before the new one', async () => {
    const asked: unknown[] = [];
    const fence = createLeaseFence();
    worker = await startWorker({
      fence,
      replaced: {
        async renewLease(params, context) {
          asked.push(params, context.lease.generation);
          return NEXT;
        },
      },
    });
    expect(await worker.client().renewLease(lease({ generation: 5 }), 90_000)).to.deep.equal(NEXT);
    expect(asked).to.deep.equal([{ resourceId: 'sb-1', ttlMs: 90_000 }, 5]);
    expect(fence.highest('sb-1')).to.equal(6);
    expect((await call({})).json).to.include({ reason: 'lease_fenced' });
  });

  // Made when they are sent: a lease that was made when the suite was loaded has run out by then.
  const refused: ReadonlyArray<readonly [string, () => Record<string, unknown>, number, string]> = [
    ['no lease', () => ({ lease: undefined }), 400, 'lease_required'],
    [
      'the lease of another worker',
      () => ({ lease: wireLease({ holder_id: 'worker-b' }) }),
      403,
      'lease_holder_mismatch',
    ],
    [
      'an expired lease',
      () => ({ lease: wireLease({ expires_at: '2020-01-01T00:00:00Z' }) }),
      403,
      'lease_expired',
    ],
    [
      'a lease on something else',
      () => ({ lease: wireLease({ resource_id: 'sb-2' }) }),
      403,
      'lease_resource_mismatch',
    ],
    ['no time', () => ({ params: { resource_id: 'sb-1' } }), 400, 'invalid_params'],
    ['no time at all', () => ({ params: { resource_id: 'sb-1', ttl: '0s' } }), 400, 'invalid_params'],
    ['a time that is none', () => ({ params: { resource_id: 'sb-1', ttl: 'soon' } }), 400, 'invalid_params'],
  ];
  for (const [what, overrides, status, reason] of refused) {
    it(`refuses ${what}`, async () => {
      worker = await startWorker({ replaced: { renewLease: async () => NEXT } });
      const answer = await call(overrides());
      expect({ status: answer.status, reason: answer.json['reason'] }).to.deep.equal({ status, reason });
    });
  }

  it('says that a worker cannot, and why the control plane did not', async () => {
    worker = await startWorker();
    expect((await call({})).json).to.include({ error: 'lease renewer unavailable', reason: 'unavailable' });
    await worker.close();
    worker = await startWorker({
      replaced: {
        renewLease: async () => {
          throw new RpcMethodError('conflict', 'not renewed', { reason: 'lease_not_held' });
        },
      },
    });
    const failure = await failureOf(worker.client().renewLease(lease(), 1_000));
    expect(failure).to.include({ code: 'conflict', reason: 'lease_not_held', outcome: 'not_executed' });
  });
});
