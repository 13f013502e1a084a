import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import {
  createRpcUrlPolicy,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type HeartbeatDirective,
  type RpcUrlPolicyOptions,
  type WorkerAuthenticatorOptions,
  WorkerEndpointError,
  type WorkerEndpointOptions,
  type WorkerRefusalEvent,
} from '../src/index.js';
import { MASTER_KEY, OTHER_KEY, post, serve, type TestServer, WORKER } from './worker-fixture.js';

const DERIVED = deriveWorkerKey(MASTER_KEY, WORKER);

function token(options: Partial<Parameters<typeof mintWorkerToken>[0]> = {}): string {
  return mintWorkerToken({
    key: DERIVED,
    workerId: WORKER,
    audience: 'worker:control-plane',
    ttlSeconds: 300,
    ...options,
  }).token;
}

const signed = (text: string, workerId = WORKER): Record<string, string> => ({
  'x-worker-id': workerId,
  'x-worker-token': text,
});

const DIRECTIVE: HeartbeatDirective = {
  worker: {
    id: WORKER,
    hostname: 'node-1',
    status: 'online',
    providers: ['mock'],
    capabilities: [],
    capacity: { max_sandboxes: 4 },
    lastHeartbeatAt: new Date('2026-01-02T03:04:05.678Z'),
    createdAt: new Date('2026-01-01T00:00:00Z'),
    updatedAt: new Date('2026-01-02T03:04:05.678Z'),
    stale: false,
  },
  nextHeartbeatMs: 15_000,
  drain: true,
  release: ['sb-9'],
};

interface Endpoint extends TestServer {
  readonly calls: unknown[][];
  readonly refusals: WorkerRefusalEvent[];
}

async function startEndpoint(
  options: Partial<WorkerEndpointOptions> & {
    readonly credentials?: Partial<WorkerAuthenticatorOptions>;
    readonly masterSigned?: boolean;
    readonly revoked?: string;
  } = {},
): Promise<Endpoint> {
  const calls: unknown[][] = [];
  const refusals: WorkerRefusalEvent[] = [];
  const endpoint = createWorkerEndpoint({
    onHeartbeat(workerId, heartbeat, context) {
      calls.push(['heartbeat', workerId, heartbeat, context.credential]);
      return Promise.resolve(DIRECTIVE);
    },
    onRenewLease(workerId, resourceId, renewal) {
      calls.push(['renew', workerId, resourceId, renewal]);
      const expiresAt = new Date('2026-01-02T03:04:05.5Z');
      return Promise.resolve({ resourceId, holderId: workerId, generation: 8, expiresAt });
    },
    onRefusal: (event) => refusals.push(event),
    ...options,
    authenticate: createWorkerAuthenticator({
      verifier: createWorkerTokenVerifier({
        keyring: createKeyring({ active: MASTER_KEY, workerKeyScope: 'derived' }),
        audience: 'worker:control-plane',
        isRevoked: ({ tokenId }) => tokenId === options.revoked,
      }),
      ...options.credentials,
    }),
  });
  const server = await serve((request, response) => {
    if (!endpoint(request, response)) response.writeHead(418).end('not mine');
  });
  return { ...server, calls, refusals };
}

describe('createWorkerEndpoint', () => {
  let endpoint: Endpoint;

  afterEach(() => endpoint.close());

  const heartbeatUrl = (workerId = WORKER): string => `${endpoint.url}/api/v1/worker/${workerId}/heartbeat`;
  const renewUrl = (resourceId = 'sb-1'): string =>
    `${endpoint.url}/api/v1/worker/${WORKER}/leases/${resourceId}/renew`;

  describe('leaves to the host', () => {
    for (const path of ['/', '/api/v1/workers', '/api/v1/worker', '/api/v1/admin/worker/x']) {
      it(path, async () => {
        endpoint = await startEndpoint();
        expect((await post(`${endpoint.url}${path}`, {})).status).to.equal(418);
      });
    }
  });

  describe('heartbeat', () => {
    it('hands over what the worker says, and answers with its record and what to do', async () => {
      endpoint = await startEndpoint();
      const body = {
        hostname: ' node-1 ',
        providers: ['mock'],
        capabilities: ['remote_worker'],
        capacity: { max_sandboxes: 4, rpc_url: 'http://10.0.0.1:7430', gpus: 2, preview_domain: 7 },
        instance_id: 'run-1',
        sandboxes: [{ id: 'sb-1', generation: 3, extra: true }],
        unknown: {},
      };
      const answer = await post(heartbeatUrl(), body, signed(token({ tokenId: 'token-1' })));
      expect(answer.status).to.equal(200);
      const { server_time: serverTime, ...rest } = answer.json;
      expect(Date.parse(String(serverTime))).to.be.closeTo(Date.now(), 60_000);
      expect(rest).to.deep.equal({
        id: WORKER,
        hostname: 'node-1',
        status: 'online',
        providers: ['mock'],
        capabilities: [],
        capacity: { max_sandboxes: 4 },
        last_heartbeat: '2026-01-02T03:04:05Z',
        created_at: '2026-01-01T00:00:00Z',
        updated_at: '2026-01-02T03:04:05Z',
        stale: false,
        next_heartbeat_ms: 15_000,
        drain: true,
        release: ['sb-9'],
      });
      const [call] = endpoint.calls;
      expect(call?.slice(0, 3)).to.deep.equal([
        'heartbeat',
        WORKER,
        {
          hostname: 'node-1',
          status: 'online',
          providers: ['mock'],
          capabilities: ['remote_worker'],
          capacity: { max_sandboxes: 4, rpc_url: 'http://10.0.0.1:7430', gpus: 2 },
          instanceId: 'run-1',
          sandboxes: [{ id: 'sb-1', generation: 3 }],
        },
      ]);
      expect(call?.[3]).to.include({ form: 'signed', keyRole: 'derived(active)', tokenId: 'token-1' });
    });

    it('accepts an empty object', async () => {
      endpoint = await startEndpoint();
      expect((await post(heartbeatUrl(), {}, signed(token()))).status).to.equal(200);
      expect(endpoint.calls[0]?.[2]).to.deep.equal({
        hostname: '',
        status: 'online',
        providers: null,
        capabilities: [],
        capacity: {},
      });
    });

    it('accepts one token again and again', async () => {
      endpoint = await startEndpoint();
      const headers = signed(token());
      for (let beat = 0; beat < 3; beat += 1) {
        expect((await post(heartbeatUrl(), {}, headers)).status).to.equal(200);
      }
    });

    const bodies: ReadonlyArray<readonly [string, unknown]> = [
      ['no body', ''],
      ['no JSON', '{'],
      ['a list', []],
      ['a hostname that is a number', { hostname: 7 }],
      ['providers that are a text', { providers: 'mock' }],
      ['capacity that is a list', { capacity: [] }],
      ['a sandbox without a generation', { sandboxes: [{ id: 'sb-1' }] }],
    ];
    for (const [what, body] of bodies) {
      it(`refuses ${what}`, async () => {
        endpoint = await startEndpoint();
        const answer = await post(heartbeatUrl(), body, signed(token()));
        expect(answer.status).to.equal(400);
        expect(answer.json).to.include({
          code: 'BAD_REQUEST',
          message: 'invalid request body',
          reason: 'invalid_body',
        });
        expect(endpoint.calls).to.deep.equal([]);
      });
    }

    it('refuses a body over the limit', async () => {
      endpoint = await startEndpoint();
      const answer = await post(heartbeatUrl(), { hostname: 'x'.repeat(300_000) }, signed(token()));
      expect([answer.status, answer.json['reason']]).to.deep.equal([413, 'body_too_large']);
    });
  });

  describe('an rpc_url in a heartbeat', () => {
    const beat = async (rpcUrl: unknown, policy: RpcUrlPolicyOptions) => {
      const endpoint = await startEndpoint({ rpcUrlPolicy: createRpcUrlPolicy(policy) });
      const body = { capacity: { rpc_url: rpcUrl } };
      const answer = await post(`${endpoint.url}/api/v1/worker/${WORKER}/heartbeat`, body, signed(token()));
      await endpoint.close();
      return { answer, endpoint };
    };

    it('is refused when the worker must not be called there, and the answer says why', async () => {
      const { answer, endpoint } = await beat('http://evil.example:1', { allowedHosts: ['*.fleet.example'] });
      expect(answer.status).to.equal(403);
      expect(answer.json).to.include({ code: 'FORBIDDEN', reason: 'rpc_url_not_allowed' });
      expect(answer.json['message']).to.include('evil.example').and.to.include('worker_rpc.allowed_hosts');
      expect(endpoint.refusals.map(({ reason }) => reason)).to.deep.equal(['rpc_url_not_allowed']);
      expect(endpoint.calls).to.deep.equal([]);
    });

    it('is refused without TLS where TLS is demanded', async () => {
      const { answer } = await beat('http://10.1.2.3:1', { requireTls: true });
      expect(answer.json).to.include({ reason: 'rpc_url_not_allowed' });
      expect(answer.json['message']).to.include('https');
    });

    for (const rpcUrl of ['http://a.fleet.example:1', '', undefined, 'no URL at all']) {
      it(`passes when it is ${rpcUrl}`, async () => {
        const { answer } = await beat(rpcUrl, { allowedHosts: ['*.fleet.example'] });
        expect(answer.status).to.equal(200);
      });
    }
  });

  describe('lease renewal', () => {
    it('hands over time to live and generation, and answers with the lease', async () => {
      endpoint = await startEndpoint();
      const answer = await post(renewUrl('sb%2D1'), { ttl: '1m30s', generation: 7 }, signed(token()));
      expect(answer.json).to.deep.equal({
        lease: {
          resource_id: 'sb-1',
          holder_id: WORKER,
          generation: 8,
          expires_at: '2026-01-02T03:04:05.5Z',
        },
      });
      expect(endpoint.calls).to.deep.equal([['renew', WORKER, 'sb-1', { ttlMs: 90_000, generation: 7 }]]);
    });

    const refused: ReadonlyArray<readonly [string, unknown, string, string]> = [
      ['no ttl', {}, 'ttl must be a positive duration', 'invalid_ttl'],
      ['a ttl of 0', { ttl: '0s' }, 'ttl must be a positive duration', 'invalid_ttl'],
      ['a negative ttl', { ttl: '-5s' }, 'ttl must be a positive duration', 'invalid_ttl'],
      ['a ttl without a unit', { ttl: '5' }, 'ttl must be a positive duration', 'invalid_ttl'],
      ['a ttl beyond the limit', { ttl: '25h' }, 'ttl is longer than allowed', 'ttl_too_long'],
      ['a ttl that is a number', { ttl: 5 }, 'invalid request body', 'invalid_body'],
      ['a generation of 0', { ttl: '5s', generation: 0 }, 'invalid request body', 'invalid_body'],
    ];
    for (const [what, body, message, reason] of refused) {
      it(`refuses ${what}`, async () => {
        endpoint = await startEndpoint();
        const answer = await post(renewUrl(), body, signed(token()));
        expect(answer.status).to.equal(400);
        expect(answer.json).to.include({ message, reason });
        expect(endpoint.calls).to.deep.equal([]);
      });
    }

    it('refuses an empty resource', async () => {
      endpoint = await startEndpoint();
      const answer = await post(renewUrl('%20'), { ttl: '5s' }, signed(token()));
      expect(answer.json).to.include({
        message: 'worker id and resource id are required',
        reason: 'resource_id_required',
      });
    });
  });

  describe('identity', () => {
    interface IdentityCase {
      readonly rule: string;
      readonly options?: Parameters<typeof startEndpoint>[0];
      readonly headers: () => Record<string, string>;
      readonly status: number;
      readonly code?: string;
      readonly reason: string;
    }
    const cases: readonly IdentityCase[] = [
      { rule: 'no credential', headers: () => ({}), status: 401, reason: 'credentials_missing' },
      {
        rule: 'a key that is not known',
        headers: () => signed(token({ key: OTHER_KEY })),
        status: 401,
        reason: 'token_bad_signature',
      },
      {
        rule: 'the master key where derived keys are demanded',
        headers: () => signed(token({ key: MASTER_KEY })),
        status: 401,
        reason: 'token_bad_signature',
      },
      {
        rule: 'an expired token',
        headers: () => signed(token({ now: Date.now() - 3_600_000 })),
        status: 401,
        reason: 'token_expired',
      },
      {
        rule: 'a token of the future',
        headers: () => signed(token({ now: Date.now() + 60_000 })),
        status: 401,
        reason: 'token_issued_in_future',
      },
      {
        rule: 'a token for a worker',
        headers: () => signed(token({ audience: 'worker:rpc' })),
        status: 401,
        reason: 'token_audience_mismatch',
      },
      {
        rule: 'a token of another worker',
        headers: () => signed(token(), 'worker-b'),
        status: 401,
        reason: 'token_worker_mismatch',
      },
      {
        rule: 'the path of another worker',
        headers: () =>
          signed(token({ workerId: 'worker-b', key: deriveWorkerKey(MASTER_KEY, 'worker-b') }), 'worker-b'),
        status: 403,
        code: 'UNAUTHORIZED',
        reason: 'worker_mismatch',
      },
      {
        rule: 'a revoked token',
        options: { revoked: 'stolen' },
        headers: () => signed(token({ tokenId: 'stolen' })),
        status: 401,
        reason: 'token_revoked',
      },
      {
        rule: 'a token without the scope',
        headers: () => signed(token({ scopes: ['worker:lease'] })),
        status: 403,
        code: 'FORBIDDEN',
        reason: 'missing_scope',
      },
      {
        rule: 'a static token where none is configured',
        headers: () => signed('static'),
        status: 401,
        reason: 'static_token_not_allowed',
      },
      {
        rule: 'the shared token for a worker with its own',
        options: { credentials: { sharedToken: 'shared', workerTokens: { [WORKER]: 'own' } } },
        headers: () => signed('shared'),
        status: 401,
        reason: 'static_token_mismatch',
      },
      {
        rule: 'everything while nothing is configured',
        options: { credentials: { verifier: undefined } },
        headers: () => signed(token()),
        status: 503,
        code: 'UNAVAILABLE',
        reason: 'worker_auth_not_configured',
      },
    ];
    for (const { rule, options, headers, status, code = 'UNAUTHORIZED', reason } of cases) {
      it(`refuses ${rule}`, async () => {
        endpoint = await startEndpoint(options);
        const answer = await post(heartbeatUrl(), {}, headers());
        expect(answer.status).to.equal(status);
        expect(answer.json).to.include({ code, reason });
        expect('server_time' in answer.json).to.equal(status === 401);
        expect(endpoint.calls).to.deep.equal([]);
        expect(endpoint.refusals.map((event) => event.reason)).to.deep.equal([reason]);
      });
    }

    it('refuses a renewal without its scope', async () => {
      endpoint = await startEndpoint();
      const headers = signed(token({ scopes: ['worker:heartbeat'] }));
      expect((await post(renewUrl(), { ttl: '5s' }, headers)).json['reason']).to.equal('missing_scope');
    });

    it('lets a worker in by its own static token, and another by the shared one', async () => {
      endpoint = await startEndpoint({
        credentials: { sharedToken: 'shared', workerTokens: { [WORKER]: 'own' } },
      });
      await post(heartbeatUrl(), {}, signed('own'));
      await post(heartbeatUrl('worker-b'), {}, signed('shared', 'worker-b'));
      expect(endpoint.calls.map((call) => [call[1], call[3]])).to.deep.equal([
        [WORKER, { form: 'static', kind: 'worker' }],
        ['worker-b', { form: 'static', kind: 'shared' }],
      ]);
    });

    it('checks the credential before it tells which paths there are', async () => {
      endpoint = await startEndpoint();
      const url = `${endpoint.url}/api/v1/worker/${WORKER}/dance`;
      expect((await post(url, {})).status).to.equal(401);
      expect((await post(url, {}, signed(token()))).status).to.equal(404);
      expect((await fetch(heartbeatUrl(), { headers: signed(token()) })).status).to.equal(405);
    });

    for (const path of ['%E0%A4/heartbeat', 'worker-a/leases/a%2Fb%00/renew', 'worker-a/leases//x/renew']) {
      it(`answers 404 to the path ${path}`, async () => {
        endpoint = await startEndpoint();
        const answer = await post(`${endpoint.url}/api/v1/worker/${path}`, {}, signed(token()));
        expect([answer.status, answer.json['reason']]).to.deep.equal([404, 'not_found']);
      });
    }
  });

  describe('request id', () => {
    it('is taken over when it is well formed, and is in the body of a refusal', async () => {
      endpoint = await startEndpoint();
      const answer = await post(heartbeatUrl(), {}, { 'x-request-id': 'req-1.a_B' });
      expect(answer.headers.get('x-request-id')).to.equal('req-1.a_B');
      expect(answer.json['request_id']).to.equal('req-1.a_B');
    });

    for (const given of ['has space', 'a'.repeat(129), '<script>']) {
      it(`is replaced when it is ${JSON.stringify(given.slice(0, 12))}`, async () => {
        endpoint = await startEndpoint();
        const answer = await post(heartbeatUrl(), {}, { 'x-request-id': given });
        expect(answer.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
      });
    }
  });

  describe('errors of a handler', () => {
    const answers = [
      ['invalid_request', 400, 'BAD_REQUEST'],
      ['forbidden', 403, 'FORBIDDEN'],
      ['not_found', 404, 'NOT_FOUND'],
      ['conflict', 409, 'CONFLICT'],
      ['rate_limited', 429, 'RESOURCE_LIMIT'],
      ['unavailable', 503, 'UNAVAILABLE'],
    ] as const;
    for (const [errorCode, status, code] of answers) {
      it(`${errorCode} is ${status}`, async () => {
        endpoint = await startEndpoint({
          onRenewLease: () =>
            Promise.reject(new WorkerEndpointError(errorCode, 'in words', { reason: 'why' })),
        });
        const answer = await post(renewUrl(), { ttl: '5s' }, signed(token()));
        expect(answer.status).to.equal(status);
        expect(answer.json).to.include({ code, message: 'in words', reason: 'why' });
        expect(endpoint.refusals).to.deep.equal([]);
      });
    }

    it('of another kind is 500, logged and not told', async () => {
      const logged: unknown[] = [];
      endpoint = await startEndpoint({
        onHeartbeat: () => Promise.reject(new Error('relation workers does not exist')),
        logger: {
          debug() {},
          warn() {},
          error: (message, fields) => logged.push([message, fields?.['error']]),
        },
      });
      const answer = await post(heartbeatUrl(), {}, signed(token()));
      expect(answer.status).to.equal(500);
      expect(answer.text).not.to.include('relation');
      expect(logged).to.deep.equal([['worker request failed', 'Error: relation workers does not exist']]);
    });
  });
});
