import { deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import {
  envelope,
  failureOf,
  lease,
  MASTER_KEY,
  OTHER_KEY,
  post,
  rpcToken,
  startWorker,
  type TestWorker,
  type TestWorkerOptions,
  WORKER,
  wireLease,
} from './worker-fixture.js';

interface RefusedCase {
  readonly rule: string;
  readonly options?: TestWorkerOptions;
  readonly headers: () => Record<string, string>;
  readonly status: number;
  readonly reason: string;
}

const signed = (token: string): Record<string, string> => ({
  'x-worker-id': WORKER,
  'x-worker-token': token,
});
const AN_HOUR_AGO = new Date(Date.now() - 3_600_000);

const REFUSED: readonly RefusedCase[] = [
  { rule: 'no credential', headers: () => ({}), status: 401, reason: 'credentials_missing' },
  {
    rule: 'an id without a token',
    headers: () => ({ 'x-worker-id': WORKER }),
    status: 401,
    reason: 'credentials_missing',
  },
  {
    rule: 'a token without an id',
    headers: () => ({ 'x-worker-token': rpcToken() }),
    status: 401,
    reason: 'credentials_missing',
  },
  {
    rule: 'Authorization without the scheme',
    headers: () => ({ 'x-worker-id': WORKER, authorization: rpcToken() }),
    status: 401,
    reason: 'credentials_missing',
  },
  {
    rule: 'an id outside the grammar',
    headers: () => ({ 'x-worker-id': '../worker', 'x-worker-token': rpcToken() }),
    status: 401,
    reason: 'worker_id_invalid',
  },
  {
    rule: 'the id of another worker',
    headers: () => ({ 'x-worker-id': 'worker-b', 'x-worker-token': rpcToken({ workerId: 'worker-b' }) }),
    status: 401,
    reason: 'worker_mismatch',
  },
  {
    rule: 'a key that is not known',
    headers: () => signed(rpcToken({ key: OTHER_KEY })),
    status: 401,
    reason: 'token_bad_signature',
  },
  {
    rule: 'the derived key of another worker',
    headers: () => signed(rpcToken({ key: deriveWorkerKey(MASTER_KEY, 'worker-b') })),
    status: 401,
    reason: 'token_bad_signature',
  },
  {
    rule: 'an expired token',
    headers: () => signed(rpcToken({ now: AN_HOUR_AGO })),
    status: 401,
    reason: 'token_expired',
  },
  {
    rule: 'a token for the control plane',
    headers: () => signed(rpcToken({ audience: 'worker:control-plane' })),
    status: 401,
    reason: 'token_audience_mismatch',
  },
  {
    rule: 'a token of another worker',
    headers: () => signed(rpcToken({ workerId: 'worker-b' })),
    status: 401,
    reason: 'token_worker_mismatch',
  },
  {
    rule: 'a revoked token',
    options: { isRevoked: ({ tokenId }) => tokenId === 'stolen' },
    headers: () => signed(rpcToken({ tokenId: 'stolen' })),
    status: 401,
    reason: 'token_revoked',
  },
  {
    rule: 'what only looks like a signed token',
    options: { credentials: { sharedToken: 'stacyvm-worker-v1.abc.def' } },
    headers: () => signed('stacyvm-worker-v1.abc.def'),
    status: 401,
    reason: 'token_malformed',
  },
  {
    rule: 'a token of another scope',
    headers: () => signed(rpcToken({ scopes: ['worker:lease'] })),
    status: 403,
    reason: 'missing_scope',
  },
  {
    rule: 'a static token where none is configured',
    headers: () => signed('a static token'),
    status: 401,
    reason: 'static_token_not_allowed',
  },
  {
    rule: 'another static token',
    options: { credentials: { sharedToken: 'the static token' } },
    headers: () => signed('a static token'),
    status: 401,
    reason: 'static_token_mismatch',
  },
  {
    rule: 'the shared token beside an own one',
    options: { credentials: { sharedToken: 'shared', workerTokens: { [WORKER]: 'own' } } },
    headers: () => signed('shared'),
    status: 401,
    reason: 'static_token_mismatch',
  },
  {
    rule: 'a signed token where no key is configured',
    options: { credentials: { verifier: undefined, sharedToken: 'shared' } },
    headers: () => signed(rpcToken()),
    status: 401,
    reason: 'signed_token_not_allowed',
  },
  {
    rule: 'everything while nothing is configured',
    options: { credentials: { verifier: undefined, sharedToken: ' ' } },
    headers: () => signed(rpcToken()),
    status: 503,
    reason: 'worker_auth_not_configured',
  },
];

describe('identity on the RPC of a worker', () => {
  let worker: TestWorker;

  afterEach(() => worker.close());

  describe('refuses before any effect', () => {
    for (const { rule, options, headers, status, reason } of REFUSED) {
      it(rule, async () => {
        worker = await startWorker(options);
        const answer = await post(`${worker.url}/rpc`, envelope('worker.exec'), headers());
        expect(answer.status).to.equal(status);
        expect(answer.json['reason']).to.equal(reason);
        expect(worker.methods.calls).to.deep.equal([]);
        expect(worker.reasons).to.deep.equal([reason]);
      });
    }

    it('answers 401 with the envelope of the protocol and the time of the server', async () => {
      worker = await startWorker();
      const { json } = await post(`${worker.url}/rpc`, envelope('worker.exec'));
      expect(json).to.include({
        code: 'UNAUTHORIZED',
        message: 'invalid or missing worker RPC credentials',
        reason: 'credentials_missing',
      });
      expect(Date.parse(String(json['server_time']))).to.be.closeTo(Date.now(), 60_000);
    });

    const scopes = {
      'worker.spawn': 'worker:spawn',
      'worker.destroy': 'worker:destroy',
      'worker.status': 'worker:status',
      'worker.exec': 'worker:exec',
      'worker.exec_stream': 'worker:exec',
      'worker.logs': 'worker:logs',
      'worker.shutdown': 'worker:destroy',
    } as const;
    const all = [...new Set(Object.values(scopes)), 'worker:files', 'worker:lease'] as const;
    for (const [method, scope] of Object.entries(scopes)) {
      it(`${method} without ${scope}, and lets it pass with it alone`, async () => {
        worker = await startWorker();
        const others = all.filter((other) => other !== scope);
        const body = envelope(method, { lease: wireLease() });
        const refused = await post(`${worker.url}/rpc`, body, signed(rpcToken({ scopes: others })));
        expect([refused.status, refused.json['reason']]).to.deep.equal([403, 'missing_scope']);
        expect(worker.methods.calls).to.deep.equal([]);
        const accepted = await post(`${worker.url}/rpc`, body, signed(rpcToken({ scopes: [scope] })));
        expect(accepted.status).to.equal(200);
        expect(worker.methods.calls).to.have.length(1);
      });
    }
  });

  describe('lets in', () => {
    it('a token in Authorization, whatever the case of the scheme', async () => {
      worker = await startWorker();
      const headers = { 'x-worker-id': WORKER, authorization: `bEARER ${rpcToken()}` };
      expect((await post(`${worker.url}/rpc`, envelope('worker.status'), headers)).status).to.equal(200);
    });

    it('its own static token', async () => {
      worker = await startWorker({
        credentials: { sharedToken: 'shared', workerTokens: { [WORKER]: 'own' } },
      });
      const client = worker.client({ credential: { kind: 'static', token: 'own' } });
      expect((await client.status({ sandboxId: 'sb-1' })).state).to.equal('running');
    });

    it('the shared token where it has none of its own, for every call', async () => {
      worker = await startWorker({ credentials: { sharedToken: 'shared' } });
      const client = worker.client({ credential: { kind: 'static', token: 'shared' } });
      await client.spawn({ sandboxId: 'sb-1', image: 'host', memoryMb: 0, vcpus: 0 }, lease());
      await client.exec({ sandboxId: 'sb-1', command: 'true' });
      await client.exec({ sandboxId: 'sb-1', command: 'true' });
      expect(worker.methods.calls).to.deep.equal(['spawn sb-1', 'exec sb-1', 'exec sb-1']);
    });
  });

  describe('replay', () => {
    for (const method of [
      'worker.spawn',
      'worker.destroy',
      'worker.exec',
      'worker.exec_stream',
      'worker.shutdown',
    ]) {
      it(`refuses a second ${method} with one token`, async () => {
        worker = await startWorker();
        const headers = signed(rpcToken());
        const body = envelope(method, { lease: wireLease() });
        expect((await post(`${worker.url}/rpc`, body, headers)).status).to.equal(200);
        const again = await post(`${worker.url}/rpc`, body, headers);
        expect([again.status, again.json['reason']]).to.deep.equal([401, 'token_replayed']);
        expect(worker.methods.calls).to.have.length(1);
      });
    }

    it('refuses the token of one method for another', async () => {
      worker = await startWorker();
      const headers = signed(rpcToken());
      await post(`${worker.url}/rpc`, envelope('worker.exec'), headers);
      const again = await post(`${worker.url}/rpc`, envelope('worker.shutdown'), headers);
      expect(again.json['reason']).to.equal('token_replayed');
    });

    it('does not mind repeated reading', async () => {
      worker = await startWorker();
      const headers = signed(rpcToken());
      for (const method of ['worker.status', 'worker.logs', 'worker.status']) {
        expect((await post(`${worker.url}/rpc`, envelope(method), headers)).status).to.equal(200);
      }
    });

    it('does not spend the token of a request that was refused as malformed', async () => {
      worker = await startWorker();
      const headers = signed(rpcToken());
      await post(`${worker.url}/rpc`, envelope('worker.exec', { params: { sandbox_id: 7 } }), headers);
      expect((await post(`${worker.url}/rpc`, envelope('worker.exec'), headers)).status).to.equal(200);
    });
  });

  describe('leases', () => {
    const cases: ReadonlyArray<readonly [string, Record<string, unknown>, string, string]> = [
      [
        'another holder',
        { holder_id: 'worker-b' },
        'lease_holder_mismatch',
        'lease holder does not match worker',
      ],
      ['no resource', { resource_id: ' ' }, 'lease_resource_missing', 'lease resource is required'],
      ['an expired lease', { expires_at: '2020-01-01T00:00:00Z' }, 'lease_expired', 'lease token is expired'],
      ['no time of expiry', { expires_at: null }, 'lease_expired', 'lease token is expired'],
      [
        'another resource',
        { resource_id: 'sb-2' },
        'lease_resource_mismatch',
        'lease resource does not match spawn request',
      ],
      [
        'a generation of 0',
        { generation: 0 },
        'lease_fenced',
        'lease generation is lower than one that this worker has seen',
      ],
    ];
    for (const [rule, overrides, reason, error] of cases) {
      it(`refuses ${rule}`, async () => {
        worker = await startWorker();
        const body = envelope('worker.spawn', { lease: wireLease(overrides) });
        const answer = await post(`${worker.url}/rpc`, body, signed(rpcToken()));
        expect(answer.status).to.equal(403);
        expect(answer.json).to.deep.equal({ id: 'request-1', worker_id: WORKER, error, reason });
        expect(worker.methods.calls).to.deep.equal([]);
      });
    }

    it('refuses a generation lower than one seen, and accepts the same again', async () => {
      worker = await startWorker();
      const client = worker.client();
      const request = { sandboxId: 'sb-1', image: 'host', memoryMb: 0, vcpus: 0 };
      await client.spawn(request, lease({ generation: 5 }));
      const fenced = await failureOf(client.destroy({ sandboxId: 'sb-1' }, lease({ generation: 4 })));
      expect(fenced).to.include({ code: 'forbidden', reason: 'lease_fenced', outcome: 'not_executed' });
      await client.spawn(request, lease({ generation: 5 }));
      await client.destroy({ sandboxId: 'sb-1' }, lease({ generation: 6 }));
      expect(worker.methods.calls).to.deep.equal(['spawn sb-1', 'spawn sb-1', 'destroy sb-1']);
    });

    for (const request of ['spawn', 'destroy']) {
      it(`refuses ${request} without a lease`, async () => {
        worker = await startWorker();
        const answer = await post(`${worker.url}/rpc`, envelope(`worker.${request}`), signed(rpcToken()));
        expect([answer.status, answer.json['error']]).to.deep.equal([
          400,
          `invalid worker message: lease is required for ${request}`,
        ]);
      });
    }
  });
});
